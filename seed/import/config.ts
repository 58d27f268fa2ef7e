import { basename, extname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ImportError } from './ImportError.js';

/** What the command line of `npm run import` asks for. */
export interface ImportRequest {
  /** The mapping's file, as given. */
  readonly mapping: string;
  /** The folder with the CSV files, as given. */
  readonly data: string;
  /** Where rejected rows go. */
  readonly rejects: string;
  /** The rejects file whose rows are imported in place of the files. */
  readonly rejectsFrom: string | undefined;
  /** How many rows of each file are taken; all of them when undefined. */
  readonly limit: number | undefined;
  /** Whether rejected rows make the command fail. */
  readonly strict: boolean;
  /** Whether nothing is to be written. */
  readonly dryRun: boolean;
  /** Whether a mapping may give rows to customers for demonstration. */
  readonly demoLinks: boolean;
  /** The data folder of `npm start`, absolute; used when there is no DATABASE_URL. */
  readonly databaseFolder: string;
  readonly databaseUrl: string | undefined;
}

/** What `npm run import` was asked for, with the databases of single subgraphs. */
export interface ImportConfig extends ImportRequest {
  /** `<NAME>_DATABASE_URL`, by subgraph. */
  readonly subgraphUrls: Readonly<Record<string, string>>;
}

/** What `npm run import -- --guess FILE` was asked for. */
export interface GuessConfig {
  /** The file to draft a mapping for, as given. */
  readonly guess: string;
}

/** What `npm run import -- --entities [NAME]` was asked for. */
export interface EntitiesConfig {
  /** The entity whose fields are listed; undefined for the names of all. */
  readonly entities: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What the command ends with when `--strict` was given and rows were rejected. */
export const REJECTED_EXIT_CODE = 3;

/** The text of `npm run import -- --help`. */
export const HELP = `Loads exports into Customer360 by a mapping.

  npm run import -- MAPPING --data DIR [options]
  npm run import -- seed/mappings/maven-crm.yaml --data ../shared/data/maven-crm
  npm run import -- --guess FILE
  npm run import -- --entities [NAME]

  MAPPING                which columns become what, in YAML; docs/import.md tells how to write one
  --data DIR             folder with the files that the mapping names: CSV, TSV, JSON, NDJSON, also gzip
  --guess FILE           print a draft of a mapping for this file, made from its header and its first rows; reads nothing
                         else and writes nothing
  --entities [NAME]      list the entities that a mapping can write, or the fields of one: types, which are needed, and what
                         they take
  --limit N              take the first N rows of each file only
  --rejects FILE         where rows go that cannot go in, with their line and the reason
                         (default MAPPING.rejects.csv in the current folder; an earlier one is replaced;
                         there is none when every row went in)
  --rejects-from FILE    import the rows of this rejects file, mended there, in place of the files; the rest of the
                         command line is that of the import that rejected them
  --strict               end with ${REJECTED_EXIT_CODE} when rows were rejected; the others are in all the same
  --dry-run              check everything and say what an import would do, but write nothing (rejects go to their
                         file all the same)
  --demo-links           let the mapping give rows to customers who have nothing to do with them (demoLink), for a
                         demonstration; such rows say so
  --database-folder DIR  data folder of npm start, used without DATABASE_URL (default .data; or the variable DATA)
  --help                 this text

Environment variables:
  DATABASE_URL             the Postgres to write to, as for npm start
  SALES_DATABASE_URL ...   the one of a single subgraph

Without them it is the database of npm start: the running one, or, when npm start does not run, one that is
started for the time of the import.

The same import again changes nothing: rows are known by their key. A row that has changed in the file is updated;
a row that is gone from the file stays. Rejected rows do not stop the others.

Ends with 0 when the import is through, whether rows were rejected or not (see --strict); 1 when it could not be
done or was stopped, which leaves whole batches that the next import finds unchanged; 2 for a wrong command line.`;

const OPTIONS = {
  data: { type: 'string' },
  rejects: { type: 'string' },
  'rejects-from': { type: 'string' },
  limit: { type: 'string' },
  guess: { type: 'string' },
  entities: { type: 'boolean' },
  strict: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  'demo-links': { type: 'boolean' },
  'database-folder': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

function usage(message: string): ImportError {
  return new ImportError(`${message} (npm run import -- --help tells how)`, 2);
}

/** `node:util` says more than one line of what it could mean. */
function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw usage((error as Error).message.split(/[.\n]/)[0] ?? 'the command line cannot be read');
  }
}

/**
 * Reads the command line and the environment, but for what needs the names of the subgraphs, see {@link readSubgraphUrls}.
 * @returns `help` when that was asked for
 * @throws ImportError (exit code 2)
 */
export function readImportConfig(
  args: readonly string[],
  environment: Environment,
): ImportRequest | GuessConfig | EntitiesConfig | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const [mapping, ...more] = positionals;
  if (values.guess !== undefined) {
    if (mapping !== undefined) throw usage('--guess takes one file and no mapping');
    return Object.freeze({ guess: values.guess });
  }
  if (values.entities) {
    if (more.length > 0) throw usage('--entities takes one name at most');
    return Object.freeze({ entities: mapping });
  }
  if (mapping === undefined) throw usage('no mapping is given');
  if (more.length > 0) throw usage(`one mapping at a time, not also ${more.join(', ')}`);
  if (!values.data) throw usage('--data is needed: the folder with the files');
  if (values.limit !== undefined && !/^[1-9]\d{0,8}$/.test(values.limit)) {
    throw usage(`--limit must be a number of rows, not ${values.limit}`);
  }
  const name = basename(mapping, extname(mapping));
  return Object.freeze({
    mapping,
    data: values.data,
    rejects: values.rejects ?? `${name}.rejects.csv`,
    rejectsFrom: values['rejects-from'],
    limit: values.limit === undefined ? undefined : Number(values.limit),
    strict: values.strict ?? false,
    dryRun: values['dry-run'] ?? false,
    demoLinks: values['demo-links'] ?? false,
    databaseFolder: resolve(values['database-folder'] ?? (environment.DATA || '.data')),
    databaseUrl: readUrl('DATABASE_URL', environment),
  });
}

/**
 * Reads what the environment says of the databases of single subgraphs.
 * @param subgraphs the names of all subgraphs
 * @throws ImportError (exit code 2)
 */
export function readSubgraphUrls(environment: Environment, subgraphs: readonly string[]): ImportConfig['subgraphUrls'] {
  const urls: [string, string][] = [];
  for (const name of subgraphs) {
    const url = readUrl(`${name.toUpperCase()}_DATABASE_URL`, environment);
    if (url !== undefined) urls.push([name, url]);
  }
  return Object.fromEntries(urls);
}

function readUrl(variable: string, environment: Environment): string | undefined {
  const url = environment[variable] || undefined;
  if (url === undefined || (/^postgres(ql)?:\/\/./.test(url) && URL.canParse(url))) return url;
  throw usage(`${variable} must look like postgres://user:password@host:5432/database`);
}
