import { once } from 'node:events';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ReadyMessage } from '../../schema/contract.js';
import { checkPort } from './checkPort.js';
import type { StartConfig } from './config.js';
import { checkDatabase, ensureDatabase, withoutPassword } from './databaseAccess.js';
import { startEmbeddedPostgres } from './embeddedPostgres.js';
import { errorMessage } from './errorMessage.js';
import { makeOpenFolder } from './folderAccess.js';
import { firstQuery } from './firstQuery.js';
import { freePort } from './freePort.js';
import { FIRST_ROLE, firstSteps } from './firstSteps.js';
import { prepareAccess, checkAccess, type Access, TOKEN_DAYS, TOKENS_FILE } from './prepareAccess.js';
import { describeEnd, type ProcessEnd } from './processEnd.js';
import { POSTGRES_FOLDER, PRODUCT_DATABASE } from './productDatabase.js';
import { StartError } from './StartError.js';
import { type StartedProcess, startProcess } from './startProcess.js';

/** The gateway holds many answers at once for a moment: with room for them, it is not busy carrying them about. In megabytes. */
const GATEWAY_NODE_ARGS = ['--max-semi-space-size=64'];

/** Node starts a subgraph that is worked on anew when a file changes that it has loaded. */
const WATCH_ARGS = ['--watch', '--watch-preserve-output'];

/** The subgraphs are for the gateway alone, wherever that listens. */
const SUBGRAPHS_HOST = '127.0.0.1';

/** Paths of the compiled mains of the three Node processes. */
export interface Scripts {
  seed: string;
  subgraphs: string;
  gateway: string;
  /** Compiles after each change of a subgraph, for work on it. */
  compiler: string;
  /** The main of a subgraph alone, by its name. */
  subgraphAlone: (name: string) => string;
}

/** What {@link supervise} takes. */
export interface SuperviseOptions {
  config: StartConfig;
  /** Passed on to the processes, but for what `config` was read from. */
  env: NodeJS.ProcessEnv;
  scripts: Scripts;
  /** Told how it goes, a line at a time. */
  print: (line: string) => void;
  /** Aborted: stop everything in good order. */
  stop: AbortSignal;
  /** Aborted: do not wait any longer. */
  force: AbortSignal;
  /** How long a process may take until it is ready; in milliseconds. Default 120,000. */
  readyMs?: number | undefined;
  /** How long a process may take to end before it is killed; in milliseconds. Default 10,000. */
  stopMs?: number | undefined;
}

/**
 * Runs the whole of Customer360: Postgres, the seed, the six subgraphs in one process, the gateway; each once the one before
 * it is ready. Goes on until `stop`, or until one of them ends. Then stops them all in reverse order, and resolves when no process
 * is left.
 *
 * @throws StartError when something could not be started or ended by itself; after everything else was stopped.
 */
export async function supervise(options: SuperviseOptions): Promise<void> {
  const supervisor = new Supervisor(options);
  try {
    await supervisor.start();
    await supervisor.until(new Promise<never>(() => {}));
  } catch (error) {
    supervisor.end(error);
  }
  await supervisor.stopAll();
  if (supervisor.failure !== undefined) throw supervisor.failure;
}

interface Stoppable {
  name: string;
  /** Asks it to end, and sees to it that it does. */
  stop(): Promise<void>;
}

class Supervisor {
  /** Aborted as soon as this run is over, with the reason. */
  readonly #ending = new AbortController();
  /** In the order of their start. */
  readonly #running: Stoppable[] = [];
  readonly #logFolder: string;

  constructor(readonly options: SuperviseOptions) {
    this.#logFolder = join(options.config.data, 'logs');
    const end = (): void => this.end(options.stop.reason);
    if (options.stop.aborted) end();
    else options.stop.addEventListener('abort', end, { once: true });
  }

  /** Why the run ended, unless it was asked to. */
  get failure(): unknown {
    const { aborted, reason } = this.#ending.signal;
    return aborted && reason !== this.options.stop.reason ? reason : undefined;
  }

  /** Only the first reason counts: what ends later, ends because of it. */
  end(reason: unknown): void {
    this.#ending.abort(reason);
  }

  /** The promise's value, unless the run ends first. */
  async until<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this.#ending;
    signal.throwIfAborted();
    const over = new AbortController();
    const ended = once(signal, 'abort', { signal: over.signal }).then((): never => {
      throw signal.reason;
    });
    try {
      return await Promise.race([promise, ended]);
    } finally {
      over.abort();
    }
  }

  async start(): Promise<void> {
    const { config, env, scripts, print } = this.options;
    const { development } = checkAccess(config, env);
    await this.until(checkPort(config.port, config.host));
    this.#makeLogFolder();
    const access = await prepareAccess(config, development, env);

    const databaseUrl = await this.#database();
    const inherited: NodeJS.ProcessEnv = { ...env, DATABASE_URL: databaseUrl };
    for (const name of ['PORT', 'HOST', 'DATA', 'CUSTOMERS']) delete inherited[name];

    print(`preparing the database (the first time this makes up ${config.customers} customers) ...`);
    const seed = this.#start('seed', scripts.seed, ['--customers', String(config.customers), '--if-empty'], inherited);
    await this.#finished(seed);
    print('the database is ready');

    const addresses = await this.#subgraphs({ ...inherited, ...access.shared, HOST: SUBGRAPHS_HOST });
    const gateway = this.#start(
      'gateway',
      scripts.gateway,
      [
        '--port',
        String(config.port),
        '--host',
        config.host,
        '--auth',
        config.auth,
        '--history',
        join(config.data, 'supergraphs'),
        '--usage',
        join(config.data, 'usage'),
      ],
      { ...inherited, ...access.shared, ...access.gateway, ...addresses },
      GATEWAY_NODE_ARGS,
    );
    const message = await this.#ready(gateway);
    const url = message.urls['gateway'];
    if (url === undefined) {
      throw new StartError(`the gateway did not say where it listens; its log is ${shortPath(gateway.logFile)}`);
    }
    await this.#announce(url, access);
  }

  /** Starts the subgraphs; returns the variables that hold their addresses. */
  async #subgraphs(env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
    const { config, scripts, print } = this.options;
    const { dev } = config;
    // It has one address before and after each reload, which all others are told.
    const devPort = dev === undefined ? undefined : await this.until(freePort());
    const devAddress: Record<string, string> =
      dev === undefined ? {} : { [urlVariable(dev)]: `http://${SUBGRAPHS_HOST}:${devPort}/graphql` };
    const all = this.#start('subgraphs', scripts.subgraphs, [], {
      ...env,
      ...devAddress,
      ...(dev === undefined ? {} : { EXCEPT: dev }),
      PORT: '0',
    });
    const { urls } = await this.#ready(all);
    print(`the subgraphs answer: ${Object.keys(urls).join(', ')}`);
    const addresses = Object.fromEntries(Object.entries(urls).map(([name, url]) => [urlVariable(name), url]));
    if (dev === undefined) return addresses;

    const script = scripts.subgraphAlone(dev);
    const alone = this.#start(dev, script, [], { ...env, ...addresses, PORT: String(devPort) }, WATCH_ARGS, true);
    await this.#ready(alone);
    const compiler = this.#start('compiler', scripts.compiler, [dev], env, [], true);
    await this.#ready(compiler);
    print(`${dev} runs alone at http://${SUBGRAPHS_HOST}:${devPort}/graphql, and anew after each change of its files`);
    return { ...addresses, ...devAddress };
  }

  async stopAll(): Promise<void> {
    if (this.#running.length > 0) this.options.print('stopping ...');
    for (const one of this.#running.toReversed()) await one.stop();
  }

  #makeLogFolder(): void {
    try {
      // Also the data folder, if it is new: whoever runs Postgres has to get through it.
      makeOpenFolder(this.#logFolder);
    } catch (error) {
      throw new StartError(
        `cannot make the folder ${this.#logFolder}: ${errorMessage(error)}; choose another: npm start -- --data DIR`,
      );
    }
  }

  /** The address of the database that everyone uses unless told otherwise. */
  async #database(): Promise<string> {
    const { config, print, force } = this.options;
    if (config.databaseUrl !== undefined) {
      await this.until(checkDatabase(config.databaseUrl));
      print(`using the Postgres at ${withoutPassword(config.databaseUrl)}`);
      return config.databaseUrl;
    }
    const began = Date.now();
    const dataDir = join(config.data, POSTGRES_FOLDER);
    const postgres = await startEmbeddedPostgres({ dataDir, log: print, signal: this.#ending.signal });
    const abandon = (): void => postgres.abandon();
    force.addEventListener('abort', abandon, { once: true });
    this.#running.push({ name: 'Postgres', stop: () => postgres.stop() });
    void postgres.exited.then((end) => this.end(diedOf('Postgres', end, null, postgres.logFile)));
    const url = await this.until(ensureDatabase(postgres.url, PRODUCT_DATABASE));
    print(`Postgres is up (${((Date.now() - began) / 1000).toFixed(1)} s), its data in ${shortPath(postgres.dataDir)}`);
    return url;
  }

  #start(
    name: string,
    script: string,
    args: string[],
    env: NodeJS.ProcessEnv,
    nodeArgs?: readonly string[],
    showsAll = false,
  ): StartedProcess {
    const show = (line: string): void => this.options.print(`${name}: ${line}`);
    const started = startProcess({ name, script, args, nodeArgs, env, logFolder: this.#logFolder, show, showsAll });
    this.#running.push({ name, stop: () => this.#stop(started) });
    return started;
  }

  async #stop(started: StartedProcess): Promise<void> {
    const { force, stopMs = 10_000 } = this.options;
    const over = new AbortController();
    const kill = (): void => started.signal('SIGKILL');
    if (force.aborted) kill();
    else started.signal('SIGTERM');
    force.addEventListener('abort', kill, { once: true });
    delay(stopMs, undefined, { signal: over.signal }).then(kill, () => {});
    await started.exited;
    over.abort();
    force.removeEventListener('abort', kill);
  }

  /** For a process that has something to do and then ends. */
  async #finished(started: StartedProcess): Promise<void> {
    const end = await this.until(started.exited);
    if (end.code !== 0) throw diedOf(started.name, end, started.cause(), started.logFile);
  }

  /** For a process that has to go on: from here on its end is everyone's. */
  async #ready(started: StartedProcess): Promise<ReadyMessage> {
    const { readyMs = 120_000 } = this.options;
    void started.exited.then((end) => this.end(diedOf(started.name, end, started.cause(), started.logFile)));
    const over = new AbortController();
    const late = delay(readyMs, undefined, { signal: over.signal }).then(() => {
      throw new StartError(
        `${started.name} is not ready after ${readyMs / 1000} s; its log is ${shortPath(started.logFile)}`,
      );
    });
    late.catch(() => {});
    try {
      return await this.until(Promise.race([started.ready, late]));
    } finally {
      over.abort();
    }
  }

  async #announce(url: string, { tokens }: Access): Promise<void> {
    const { config, print } = this.options;
    const shown = forPeople(url);
    const query = await this.until(firstQuery(reachable(url), tokens.find(({ role }) => role === FIRST_ROLE)?.token));
    print(`logs: ${shortPath(this.#logFolder)}; warnings and errors are shown here too; Ctrl-C stops everything`);
    print('');
    print(`Customer360 is ready: ${shown}`);
    const file = shortPath(join(config.data, TOKENS_FILE));
    const steps = firstSteps({ url: shown, query, tokens, file, days: TOKEN_DAYS });
    if (steps !== '') print(`\n${steps}`);
  }
}

function urlVariable(name: string): string {
  return `${name.toUpperCase()}_URL`;
}

function diedOf(name: string, end: ProcessEnd, cause: string | null, logFile: string): StartError {
  const why = cause === null ? '' : `: ${cause}`;
  return new StartError(
    `${name} ended unexpectedly (${describeEnd(end)})${why}; see ${shortPath(logFile)}, then start again`,
  );
}

/** An address that a server listens on is not always one that a client can use. */
function reachable(url: string): string {
  const address = new URL(url);
  if (['0.0.0.0', '[::]'].includes(address.hostname)) address.hostname = '127.0.0.1';
  return address.href;
}

function forPeople(url: string): string {
  const address = new URL(url);
  if (['127.0.0.1', '[::1]', '0.0.0.0', '[::]'].includes(address.hostname)) address.hostname = 'localhost';
  return address.href;
}

/** Relative where that is shorter. */
function shortPath(path: string): string {
  const fromHere = relative('', path);
  return fromHere.startsWith('..') ? path : fromHere;
}
