import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ACCESS_HELP } from '../../gateway/access/readAccess.js';
import { StartError } from './StartError.js';

/** What `npm start` was asked for. */
export interface StartConfig {
  /** Where the gateway listens; port 0 takes any that is free. */
  readonly port: number;
  readonly host: string;
  /** Whether callers must say who they are. */
  readonly auth: 'jwt' | 'off';
  /** Absolute path of the folder for the database and the logs. */
  readonly data: string;
  /** How many customers are made up when the database is empty. */
  readonly customers: number;
  /** The subgraph that is worked on: it runs alone, and anew after each change. */
  readonly dev: string | undefined;
  /** A Postgres of the user's own; without it, the embedded one. */
  readonly databaseUrl: string | undefined;
}

const OPTIONS = {
  port: { variable: 'PORT', value: 'N', default: '4000', help: 'port of the gateway; 0 takes any that is free' },
  host: { variable: 'HOST', value: 'ADDRESS', default: '127.0.0.1', help: 'address that the gateway listens on' },
  data: { variable: 'DATA', value: 'DIR', default: '.data', help: 'folder for the database and the logs' },
  customers: {
    variable: 'CUSTOMERS',
    value: 'N',
    default: '500',
    help: 'customers to make up the first time; 0 for none',
  },
  dev: {
    variable: undefined,
    value: 'NAME',
    default: undefined,
    help: 'run this subgraph alone, and anew after each change of its files',
  },
  auth: { variable: undefined, value: 'jwt|off', default: 'jwt', help: '"off": everybody may do everything' },
} as const;
type Option = keyof typeof OPTIONS;

/** The text of `npm start -- --help`. */
export const HELP = `Starts Customer360: a database, six subgraphs and the gateway.

  npm start -- [options]

${Object.entries(OPTIONS)
  .map(([name, option]) => {
    const usage = `--${name} ${option.value}`.padEnd(18);
    const variable = option.variable === undefined ? '' : `; or the variable ${option.variable}`;
    return `  ${usage} ${option.help} ${option.default === undefined ? '' : `(default ${option.default}${variable})`}`.trimEnd();
  })
  .join('\n')}
  --help             this text

Environment variables:
  DATABASE_URL             a Postgres of yours instead of the built-in one (a schema for each subgraph)
  SALES_DATABASE_URL ...   one for a single subgraph: IDENTITY_, TOUCHPOINTS_, SALES_, SERVICE_, MARKETING_, FEEDBACK_

On loopback it makes a key for development and prints a token for each role. Where others can reach it, and with NODE_ENV=production,
the key is yours:

${ACCESS_HELP}

What ends by itself is started again, and given up when that happens too often. Ctrl-C stops everything; the data stay, and the next start goes on with them. An option wins over its variable.`;

const wholeNumber = (max: number): z.ZodType<number, string> => {
  const message = `must be a whole number from 0 to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, message)
    .transform(Number)
    .refine((number) => number <= max, message);
};

const settings = z.object({
  port: wholeNumber(65_535),
  host: z.string().trim().min(1, 'must not be empty'),
  data: z
    .string()
    .min(1, 'must not be empty')
    .transform((path) => resolve(path)),
  customers: wholeNumber(10_000_000),
  auth: z.enum(['jwt', 'off'], { error: 'must be jwt or off' }),
  dev: z
    .string()
    .regex(/^[a-z]+$/, 'must name a subgraph')
    .optional(),
  databaseUrl: z
    .url({ protocol: /^postgres(ql)?$/, message: 'must look like postgres://user:password@host:5432/database' })
    .optional(),
});

/**
 * Reads the command line and the environment, once.
 *
 * @returns `help` when that was asked for.
 * @throws StartError (exit code 2) that names every problem at once.
 */
export function readStartConfig(args: string[], env: NodeJS.ProcessEnv): StartConfig | 'help' {
  const { given, problems, help } = readArguments(args);
  if (help) return 'help';
  const labels: Record<string, string> = { databaseUrl: 'DATABASE_URL' };
  const raw: Record<string, string | undefined> = { databaseUrl: env['DATABASE_URL'] || undefined };
  for (const name of optionNames) {
    const { variable, default: byDefault } = OPTIONS[name];
    const argument = given.get(name);
    const fromVariable = variable === undefined ? undefined : env[variable] || undefined;
    raw[name] = argument ?? fromVariable ?? byDefault;
    labels[name] = argument === undefined && fromVariable !== undefined ? (variable ?? '') : `--${name}`;
    const swallowed = env[`npm_config_${name}`];
    if (argument === undefined && swallowed) {
      problems.push(`npm kept --${name} for itself, put -- before it: npm start -- --${name} ${swallowed}`);
    }
  }
  const { data, error } = settings.safeParse(raw);
  for (const issue of error?.issues ?? []) {
    const name = String(issue.path[0]);
    // An address may carry a password: it is not repeated.
    const value = name === 'databaseUrl' ? '' : `, not ${JSON.stringify(raw[name])}`;
    problems.push(`${labels[name]} ${issue.message}${value}`);
  }
  if (problems.length > 0 || data === undefined) {
    throw new StartError(`${problems.join('; ')} (npm start -- --help lists the options)`, 2);
  }
  return Object.freeze({ ...data, databaseUrl: data.databaseUrl, dev: data.dev });
}

const optionNames: readonly Option[] = ['port', 'host', 'data', 'customers', 'auth', 'dev'];

interface Arguments {
  given: Map<string, string>;
  problems: string[];
  help: boolean;
}

/** Not strict: `parseArgs` would stop at the first problem. */
function readArguments(args: string[]): Arguments {
  const options = Object.fromEntries(optionNames.map((name) => [name, { type: 'string' as const }]));
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
  const result: Arguments = { given: new Map(), problems: [], help: false };
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'positional') {
      // What follows an unknown option is taken for its value.
      if (isUnknown(tokens[index - 1])) continue;
      result.problems.push(`unexpected argument ${JSON.stringify(token.value)}`);
    } else if (token.kind === 'option') {
      if (token.name === 'help' || token.name === 'h') result.help = true;
      else if (isUnknown(token)) result.problems.push(`unknown option ${token.rawName}`);
      else if (token.value === undefined) result.problems.push(`${token.rawName} needs a value`);
      else result.given.set(token.name, token.value);
    }
  }
  return result;
}

function isUnknown(token: { kind: string; name?: string } | undefined): boolean {
  return token?.kind === 'option' && !['help', 'h', ...optionNames].includes(token.name ?? '');
}
