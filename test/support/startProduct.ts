import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DevelopmentToken, developmentTokens } from '../../gateway/access/DevelopmentToken.js';
import type { Role } from '../../gateway/access/roles.js';
import { plainEnvironment, run, type RunningCommand } from './startHarness.js';
import { ask, type GraphQLAnswer } from './startTestSubgraph.js';

/** The whole product as `npm start` runs it, on free ports and in a folder of its own. */
export interface RunningProduct {
  /** The gateway's GraphQL address. */
  readonly url: string;
  readonly command: RunningCommand;
  /** The token that it made for a role. */
  token(role: Role): string;
  /** Asks the gateway, as an admin unless told otherwise. */
  ask(query: string, variables?: object, role?: Role): Promise<GraphQLAnswer>;
  /** Ends it as Ctrl-C would, and waits for the end. */
  stop(): Promise<void>;
}

const READY = /Customer360 is ready: (http:\S+)/;

/**
 * Starts the compiled product on the data in `folder`.
 *
 * @param project where it is compiled; by default here
 */
export async function startProduct(
  folder: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
  project = process.cwd(),
): Promise<RunningProduct> {
  const main = join(project, 'dist/scripts/start/main.js');
  const data = join(folder, 'data');
  const command = run(process.execPath, [main, '--port', '0', '--data', data, ...args], {
    cwd: project,
    // It makes the keys itself.
    env: { ...plainEnvironment(), SIGNING_KEY: '', ...env },
  });
  const [, url = ''] = await command.prints(READY);
  const tokens = developmentTokens.parse(JSON.parse(await readFile(join(data, 'tokens.json'), 'utf8')));
  const token = (role: Role): string => tokenOf(tokens, role);
  return {
    url,
    command,
    token,
    ask: (query, variables = {}, role = 'admin') =>
      ask(url, query, variables, { authorization: `Bearer ${token(role)}` }),
    async stop() {
      command.signal('SIGTERM');
      await command.ended;
    },
  };
}

function tokenOf(tokens: readonly DevelopmentToken[], role: Role): string {
  const found = tokens.find((token) => token.role === role);
  if (!found) throw new Error(`there is no token for ${role}`);
  return found.token;
}
