import { parseArgs } from 'node:util';
import { USAGE_FOLDER } from './readUsage.js';
import { HISTORY_FOLDER, listHistory, releasePin, rollBack } from './rollBack.js';

const HELP = `npm run schema            emit the SDL of our subgraphs from code and compose all of subgraphs.yaml into the supergraph
npm run schema -- --check  change nothing; fail when what is committed differs from the code, when a rule of the house is broken,
                           or when an operation in schema/operations would break
npm run schema -- policies print the policy of each field that has one: which scopes it asks for, its mask, what is noted of it, what
                           becomes of it when its customer withdrew their consent, and whose it is
  --subgraph NAME          of this subgraph only                                                        (all)
  --json                   as JSON

npm run schema:check       before a change lands: all of that, and every difference to what was committed before, each named as breaking,
                           dangerous or safe. What breaks an operation of schema/operations, or one that gateways recorded, is refused
  --against REVISION|FILE  what to compare with: a revision of git, or a supergraph file                (HEAD)
npm run schema:usage       who still asks for what is deprecated
  --of Type.field          who asks for this
both
  --usage FOLDER           where gateways record what is asked                                          (${USAGE_FOLDER})
  --days N                 how many days of it count                                                    (30)

npm run schema:rollback    lets the gateways serve the version before the one that serves, whatever the supergraph file says
  --to DIGEST              this version; the beginning of its digest will do
  --list                   lists the versions that served, and changes nothing
  --release                lets the gateways follow the supergraph file again
  --history FOLDER         where gateways keep what served                                              (${HISTORY_FOLDER})

  --help                   this text`;

/** Where the command says what it found: a line at a time. */
export interface SchemaOutput {
  readonly print: (line: string) => void;
  /** Of what is wrong. */
  readonly complain: (line: string) => void;
}

/** @returns whether all is well */
async function emit(isCheck: boolean, { print, complain }: SchemaOutput): Promise<boolean> {
  const { emitSchema, outdated, writeChanged } = await import('./emitSchema.js');
  const { files, problems } = await emitSchema();
  const stale = isCheck ? await outdated(files) : [];
  if (!isCheck) for (const path of await writeChanged(files)) print(`wrote ${path}`);
  const all = [
    ...problems,
    ...stale.map((path) => `files: ${path} differs from the code; run \`npm run schema\` and commit it`),
  ];
  for (const problem of all) complain(`schema: ${problem}`);
  if (all.length === 0) print(`schema: ${files.size} files up to date`);
  return all.length === 0;
}

function wholeDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= 3_650) return days;
  throw new Error(`--days must be a whole number from 1 to 3650, not "${text}"`);
}

/**
 * The schema commands of package.json, from their arguments to their exit code. Paths are relative to the working directory.
 * @param args the words behind the command
 * @returns 0, or 1 where something is wrong, which it has complained of
 */
export async function schemaCommand(args: readonly string[], output: SchemaOutput): Promise<number> {
  try {
    return (await run(args, output)) ? 0 : 1;
  } catch (error) {
    output.complain(`schema: ${(error as Error).message}`);
    return 1;
  }
}

/** The subgraphs and the composition take seconds to load: only the commands that need them load them. */
async function run(args: readonly string[], output: SchemaOutput): Promise<boolean> {
  const { print } = output;
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      check: { type: 'boolean', default: false },
      against: { type: 'string', default: 'HEAD' },
      of: { type: 'string' },
      subgraph: { type: 'string' },
      json: { type: 'boolean', default: false },
      usage: { type: 'string', default: USAGE_FOLDER },
      days: { type: 'string', default: '30' },
      history: { type: 'string', default: HISTORY_FOLDER },
      to: { type: 'string' },
      list: { type: 'boolean', default: false },
      release: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command = 'emit', ...rest] = positionals;
  if (values.help) {
    print(HELP);
    return true;
  }
  if (rest.length > 0) throw new Error(`"${rest[0]}" is one word too many; see --help`);
  const { usage, against, of } = values;
  const days = wholeDays(values.days);
  if (command === 'emit') return emit(values.check, output);
  if (command === 'check') {
    const { checkChange } = await import('./checkChange.js');
    return checkChange({ against, usage, days, print });
  }
  if (command === 'policies') {
    const { listPolicies } = await import('./listPolicies.js');
    await listPolicies({ subgraph: values.subgraph, asJson: values.json, print });
    return true;
  }
  const { history: folder, to } = values;
  if (command === 'usage') {
    const { listUsage } = await import('./listUsage.js');
    await listUsage({ usage, days, of, print });
  } else if (command !== 'rollback') throw new Error(`there is no command "${command}"; see --help`);
  else if (values.list) await listHistory({ folder, print });
  else if (values.release) await releasePin({ folder, print });
  else await rollBack({ folder, to, print });
  return true;
}
