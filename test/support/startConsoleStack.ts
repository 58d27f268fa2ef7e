import { join } from 'node:path';
import type { DevelopmentToken } from '../../gateway/access/DevelopmentToken.js';
import type { Role } from '../../gateway/access/roles.js';
import { prepareAccess } from '../../scripts/start/prepareAccess.js';
import { type StartedProcess, startProcess } from '../../scripts/start/startProcess.js';
import { subgraphs } from '../../subgraphs/all.js';
import { createTestDatabase } from './postgres.js';
import { openFolder, plainEnvironment } from './startHarness.js';
import { ask, type GraphQLAnswer } from './startTestSubgraph.js';

/** The product with a seed, in processes that a test can kill and start again: the subgraphs, sales apart from them, and the gateway. */
export interface ConsoleStack {
  /** Where the console is. */
  readonly origin: string;
  /** The addresses of the subgraphs. */
  readonly urls: Readonly<Record<string, string>>;
  token(role: Role): string;
  /** Asks the gateway as an admin, as another client would. */
  ask(query: string, variables?: object): Promise<GraphQLAnswer>;
  kill(name: 'sales' | 'gateway'): Promise<void>;
  /** Starts it again, at the address where it was. */
  restart(name: 'sales' | 'gateway'): Promise<void>;
  stop(): Promise<void>;
}

/** @param customers how many are made up */
export async function startConsoleStack(customers: number): Promise<ConsoleStack> {
  const folder = openFolder();
  const database = await createTestDatabase();
  const { gateway: keys, tokens } = await prepareAccess({ auth: 'jwt', data: folder.path }, true, {});
  const common = { ...plainEnvironment(), DATABASE_URL: database.url };
  const urls: Record<string, string> = {};
  const running = new Map<string, StartedProcess>();

  const start = async (name: string, script: string, env: NodeJS.ProcessEnv, args: string[] = []): Promise<void> => {
    const started = startProcess({
      name,
      script: join(process.cwd(), 'dist', script),
      args,
      env: { ...common, ...env },
      logFolder: folder.path,
      show: () => undefined,
    });
    running.set(name, started);
    const ended: Promise<never> = started.exited.then(() => {
      throw new Error(`${name} ended: ${started.cause()}`);
    });
    // Later it may end, by a test or at the stop.
    ended.catch(() => undefined);
    const ready = await Promise.race([started.ready, ended]);
    Object.assign(urls, ready.urls);
  };
  const seed = startProcess({
    name: 'seed',
    script: join(process.cwd(), 'dist/seed/generate/main.js'),
    args: ['--customers', String(customers)],
    env: common,
    logFolder: folder.path,
    show: () => undefined,
  });
  await seed.exited;
  const stop = async (): Promise<void> => {
    for (const one of running.values()) one.signal('SIGTERM');
    await Promise.all([...running.values()].map((one) => one.exited));
    await database.drop();
    folder.remove();
  };

  const ports = Object.fromEntries(subgraphs.map(({ name }) => [`${name.toUpperCase()}_PORT`, '0']));
  const addresses = (): NodeJS.ProcessEnv =>
    Object.fromEntries(Object.entries(urls).map(([name, url]) => [`${name.toUpperCase()}_URL`, url]));
  const starts = {
    sales: (port: string) => start('sales', 'subgraphs/sales/main.js', { PORT: port, IDENTITY_URL: urls['identity'] }),
    gateway: (port: string) => start('gateway', 'gateway/main.js', { ...keys, ...addresses() }, ['--port', port]),
  };
  try {
    await start('subgraphs', 'subgraphs/main.js', ports);
    await starts.sales('0');
    await starts.gateway('0');
  } catch (error) {
    await stop();
    throw error;
  }
  const gatewayUrl = urls['gateway'] ?? '';

  const token = (role: Role): string => tokenOf(tokens, role);
  return {
    origin: new URL(gatewayUrl).origin,
    urls,
    token,
    ask: (query, variables = {}) => ask(gatewayUrl, query, variables, { authorization: `Bearer ${token('admin')}` }),
    async kill(name) {
      running.get(name)?.signal('SIGKILL');
      await running.get(name)?.exited;
    },
    restart: (name) => starts[name](new URL(urls[name] ?? '').port),
    stop,
  };
}

function tokenOf(tokens: readonly DevelopmentToken[], role: Role): string {
  const found = tokens.find((one) => one.role === role);
  if (!found) throw new Error(`there is no token for ${role}`);
  return found.token;
}
