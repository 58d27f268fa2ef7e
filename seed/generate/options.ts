import { parseArgs } from 'node:util';
import { z } from 'zod';

/** What `npm run seed -- --help` prints. */
export const HELP = `Fills all subgraphs with the same made-up customers and their stories.

Usage: npm run seed -- [options]

  --customers N   how many customers; 0 only migrates                     (500)
  --seed S        another number makes other customers                    (360)
  --if-empty      do nothing where there are customers already
  --reset         first empty all tables of the subgraphs; asks before
  --yes           do not ask

It writes to the Postgres in DATABASE_URL, or <NAME>_DATABASE_URL for one subgraph; without them to that of \`npm start\`
(its data folder in DATA, by default .data), whether that runs or not. It migrates first. Running it again with the same
options adds nothing, and completes a run that was killed. The stories are the same whenever they are told: only their times
move, by whole weeks. They go up to the last Monday (UTC); those of customers who are added later, up to where the first ones' go.

To show how it lives, beside a running \`npm start\`:

  --live RATE     keep writing what customers do, RATE times a second, through the gateway  (1)
  --for SECONDS   stop after that time; without it, with Ctrl-C
  --url URL       the gateway's address                  (http://127.0.0.1:4000/graphql)

It needs a token that may write everywhere: TOKEN in the environment, else the admin's that \`npm start\` keeps in its data
folder (DATA, by default .data).

  --help          this text`;

const wholeNumber = z.coerce.number('must be a whole number').int('must be a whole number').min(0);
const positive = z.coerce.number('must be a number').positive('must be more than 0');

const options = z
  .object({
    customers: wholeNumber.max(10_000_000).default(500),
    seed: wholeNumber.max(2 ** 31).default(360),
    'if-empty': z.boolean().default(false),
    reset: z.boolean().default(false),
    yes: z.boolean().default(false),
    live: positive.max(1000).optional(),
    for: positive.max(1_000_000).optional(),
    url: z.url({ protocol: /^https?$/, error: 'must be an address such as http://127.0.0.1:4000/graphql' }).optional(),
    help: z.boolean().default(false),
  })
  .superRefine((given, check) => {
    const refuse = (path: string, message: string) => check.addIssue({ code: 'custom', path: [path], message });
    if (given.live !== undefined && given.reset) refuse('reset', 'does not go with --live');
    if (given.reset && given['if-empty']) refuse('if-empty', 'does not go with --reset');
    if (given.live !== undefined) return;
    if (given.for !== undefined) refuse('for', 'goes with --live');
    if (given.url !== undefined) refuse('url', 'goes with --live');
  });

/** What the command line says. */
export type Options = z.output<typeof options>;

/** The command line was not understood. */
export class UsageError extends Error {}

/** `--live` may stand without its value. */
function withRate(args: readonly string[]): string[] {
  return args.map((arg, place) => {
    const next = args[place + 1];
    return arg === '--live' && (next === undefined || next.startsWith('--')) ? '--live=1' : arg;
  });
}

/**
 * Reads the command line.
 * @param args without the program
 * @throws UsageError that names all that is wrong
 */
export function readOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: withRate(args),
      options: {
        customers: { type: 'string' },
        seed: { type: 'string' },
        'if-empty': { type: 'boolean' },
        reset: { type: 'boolean' },
        yes: { type: 'boolean' },
        live: { type: 'string' },
        for: { type: 'string' },
        url: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return options.parse(values);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw new UsageError((error as Error).message);
    throw new UsageError(error.issues.map((issue) => `--${issue.path.join('.')} ${issue.message}`).join('; '));
  }
}
