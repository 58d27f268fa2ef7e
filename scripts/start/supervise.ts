import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LISTENER_VARIABLE, type ReadyMessage } from '../../schema/contract.js';
import type { StartConfig } from './config.js';
import { checkDatabase, ensureDatabase, withoutPassword } from './databaseAccess.js';
import { startEmbeddedPostgres } from './embeddedPostgres.js';
import { errorMessage } from './errorMessage.js';
import { makeOpenFolder } from './folderAccess.js';
import { firstQuery } from './firstQuery.js';
import { freePort } from './freePort.js';
import { FIRST_ROLE, firstSteps } from './firstSteps.js';
import { GatewayDoor } from './GatewayDoor.js';
import { prepareAccess, checkAccess, type Access, TOKEN_DAYS, TOKENS_FILE } from './prepareAccess.js';
import { describeEnd } from './processEnd.js';
import { POSTGRES_FOLDER, PRODUCT_DATABASE } from './productDatabase.js';
import { RESTARTS, type RestartPolicy } from './RestartBudget.js';
import { type Running, Service } from './Service.js';
import { shortPath } from './shortPath.js';
import { StartError } from './StartError.js';
import { type ProcessOptions, type StartedProcess, startProcess } from './startProcess.js';
import { untilAborted } from './untilAborted.js';

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
  /** When what ended by itself is started again. Default {@link RESTARTS}. */
  restarts?: RestartPolicy | undefined;
}

/**
 * Runs the whole of Customer360: Postgres, the seed, the six subgraphs in one process, the gateway; each once the one before
 * it is ready. What ends by itself later is started again, at the address where it was. Goes on until `stop`, or until one of them ends too
 * often. Then stops them all in reverse order, and resolves when no process is left.
 *
 * @throws StartError when something could not be started or does not stay up; after everything else was stopped.
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

/** How a process of ours is run. */
type Launch = Pick<ProcessOptions, 'name' | 'script' | 'args' | 'env' | 'nodeArgs' | 'showsAll'>;

class Supervisor {
  /** Aborted as soon as this run is over, with the reason. */
  readonly #ending = new AbortController();
  /** In the order of their start. */
  readonly #running: { stop(): Promise<void> }[] = [];
  readonly #logFolder: string;
  #door: GatewayDoor | undefined;

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
  until<T>(promise: Promise<T>): Promise<T> {
    return untilAborted(promise, this.#ending.signal);
  }

  async start(): Promise<void> {
    const { config, env, print } = this.options;
    const { development } = checkAccess(config, env);
    // Before anything else: a port that is taken is said at once, and who comes too early is told so.
    this.#door = await GatewayDoor.take(config.host, config.port);
    this.#makeLogFolder();
    const access = await prepareAccess(config, development, env);

    const { url: databaseUrl, service: database } = await this.#database();
    const inherited: NodeJS.ProcessEnv = { ...env, DATABASE_URL: databaseUrl };
    for (const name of ['PORT', 'HOST', 'DATA', 'CUSTOMERS']) delete inherited[name];

    print(`preparing the database (the first time this makes up ${config.customers} customers) ...`);
    await this.#seed(inherited);
    print('the database is ready');

    const needs = database ? [database] : [];
    const addresses = await this.#subgraphs({ ...inherited, ...access.shared, HOST: SUBGRAPHS_HOST }, needs);
    const url = await this.#gateway({ ...inherited, ...access.shared, ...access.gateway, ...addresses }, this.#door);
    await this.#announce(url, access);
  }

  async stopAll(): Promise<void> {
    if (this.#running.length > 0) this.options.print('stopping ...');
    this.#door?.close();
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

  /** The address of the database that everyone uses unless told otherwise, and the service behind it where that is ours. */
  async #database(): Promise<{ url: string; service?: Service }> {
    const { config, print } = this.options;
    if (config.databaseUrl !== undefined) {
      await this.until(checkDatabase(config.databaseUrl));
      print(`using the Postgres at ${withoutPassword(config.databaseUrl)}`);
      return { url: config.databaseUrl };
    }
    const began = Date.now();
    // After a restart it is at the same address, which everybody was told, on the same data.
    let server: { url: string; port: number; dataDir: string } | undefined;
    const service = this.#service('Postgres', [], async () => {
      const { running, ...started } = await this.#startPostgres(server?.port);
      server = started;
      return running;
    });
    await service.start();
    if (!server) throw new Error('a database that is up has an address');
    const url = await this.until(ensureDatabase(server.url, PRODUCT_DATABASE));
    print(`Postgres is up (${((Date.now() - began) / 1000).toFixed(1)} s), its data in ${shortPath(server.dataDir)}`);
    return { url, service };
  }

  async #startPostgres(port: number | undefined) {
    const { config, print, force } = this.options;
    const dataDir = join(config.data, POSTGRES_FOLDER);
    const postgres = await startEmbeddedPostgres({ dataDir, port, log: print, signal: this.#ending.signal });
    const abandon = (): void => postgres.abandon();
    force.addEventListener('abort', abandon, { once: true });
    const running: Running = {
      ready: Promise.resolve(),
      exited: postgres.exited.finally(() => force.removeEventListener('abort', abandon)),
      logFile: postgres.logFile,
      cause: () => null,
      stop: () => postgres.stop(),
    };
    return { running, url: postgres.url, port: postgres.port, dataDir: postgres.dataDir };
  }

  /** Makes up customers where there are none. */
  async #seed(env: NodeJS.ProcessEnv): Promise<void> {
    const { config, scripts } = this.options;
    const args = ['--customers', String(config.customers), '--if-empty'];
    const seed = this.#process({ name: 'seed', script: scripts.seed, args, env });
    this.#running.push({ stop: () => this.#stop(seed) });
    const end = await this.until(seed.exited);
    if (end.code === 0) return;
    const cause = seed.cause();
    throw new StartError(
      `seed ended unexpectedly (${describeEnd(end)})${cause === null ? '' : `: ${cause}`}; ` +
        `see ${shortPath(seed.logFile)}, then start again`,
    );
  }

  /** Starts the subgraphs; returns the variables that hold their addresses. */
  async #subgraphs(env: NodeJS.ProcessEnv, needs: readonly Service[]): Promise<Record<string, string>> {
    const { config, scripts, print } = this.options;
    const { dev } = config;
    // It has one address before and after each reload, which all others are told.
    const devPort = dev === undefined ? undefined : await this.until(freePort());
    const devAddress: Record<string, string> =
      dev === undefined ? {} : { [urlVariable(dev)]: `http://${SUBGRAPHS_HOST}:${devPort}/graphql` };
    let urls: Record<string, string> = {};
    const all = this.#service('subgraphs', needs, async () => {
      const started = this.#process({
        name: 'subgraphs',
        script: scripts.subgraphs,
        args: [],
        env: {
          ...env,
          ...devAddress,
          ...(dev === undefined ? {} : { EXCEPT: dev }),
          PORT: '0',
          // The ports that the first start took are those of every later one: the gateway knows the addresses.
          ...Object.fromEntries(Object.entries(urls).map(([name, url]) => [portVariable(name), new URL(url).port])),
        },
      });
      return this.#runningProcess(started, (message) => (urls = message.urls));
    });
    await all.start();
    print(`the subgraphs answer: ${Object.keys(urls).join(', ')}`);
    const addresses = Object.fromEntries(Object.entries(urls).map(([name, url]) => [urlVariable(name), url]));
    if (dev === undefined) return addresses;

    const script = scripts.subgraphAlone(dev);
    const aloneEnv = { ...env, ...addresses, PORT: String(devPort) };
    await this.#keep({ name: dev, script, args: [], env: aloneEnv, nodeArgs: WATCH_ARGS, showsAll: true }, needs);
    await this.#keep({ name: 'compiler', script: scripts.compiler, args: [dev], env, showsAll: true });
    print(`${dev} runs alone at http://${SUBGRAPHS_HOST}:${devPort}/graphql, and anew after each change of its files`);
    return { ...addresses, ...devAddress };
  }

  /** Starts the gateway behind the door; returns its address. */
  async #gateway(env: NodeJS.ProcessEnv, door: GatewayDoor): Promise<string> {
    const { config, scripts } = this.options;
    const options = {
      port: String(door.port),
      host: config.host,
      auth: config.auth,
      // No balancer stands before it, and whoever stops it waits.
      'drain-delay': '0',
      history: join(config.data, 'supergraphs'),
      usage: join(config.data, 'usage'),
    };
    let url: string | undefined;
    const service = this.#service('gateway', [], async () => {
      const started = this.#process({
        name: 'gateway',
        script: scripts.gateway,
        args: Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
        env: { ...env, [LISTENER_VARIABLE]: 'ipc' },
        nodeArgs: GATEWAY_NODE_ARGS,
      });
      void started.asksForListener
        .then(() => door.handTo(started))
        .catch((error: unknown) => {
          // It ended meanwhile, which is told where ends are told; or it stays, and is not ready in time.
          this.options.print(`gateway: it could not be given its port: ${errorMessage(error)}`);
        });
      void started.gone.then(() => this.#takeBack(door));
      return this.#runningProcess(started, ({ urls }) => (url = urls['gateway']));
    });
    await service.start();
    if (url !== undefined) return url;
    throw new StartError(
      `the gateway did not say where it listens; its log is ${shortPath(join(this.#logFolder, 'gateway.log'))}`,
    );
  }

  async #takeBack(door: GatewayDoor): Promise<void> {
    if (this.#ending.signal.aborted) return;
    try {
      await door.takeBack();
      if (this.#ending.signal.aborted) door.close();
    } catch (error) {
      this.end(error);
    }
  }

  /** Starts a process that is kept up. */
  async #keep(launch: Launch, needs: readonly Service[] = []): Promise<void> {
    await this.#service(launch.name, needs, async () => this.#runningProcess(this.#process(launch))).start();
  }

  #service(name: string, needs: readonly Service[], start: () => Promise<Running>): Service {
    const { print, restarts = RESTARTS } = this.options;
    const service = new Service({
      name,
      start,
      needs,
      restarts,
      ending: this.#ending.signal,
      print,
      onGivenUp: (reason) => this.end(reason),
    });
    this.#running.push(service);
    return service;
  }

  #process(launch: Launch): StartedProcess {
    const show = (line: string): void => this.options.print(`${launch.name}: ${line}`);
    return startProcess({ ...launch, logFolder: this.#logFolder, show });
  }

  /** @param onReady told what it says once it answers */
  #runningProcess(started: StartedProcess, onReady: (message: ReadyMessage) => void = () => {}): Running {
    const { readyMs = 120_000 } = this.options;
    const over = new AbortController();
    void started.exited.then(() => over.abort());
    const late = delay(readyMs, undefined, { signal: over.signal }).then(
      () => {
        throw new StartError(`${started.name} is not ready after ${readyMs / 1000} s`);
      },
      // It is ready, or it has ended.
      () => new Promise<never>(() => {}),
    );
    const ready = started.ready.then((message) => {
      over.abort();
      return onReady(message);
    });
    return {
      ready: Promise.race([ready, late]),
      exited: started.exited,
      logFile: started.logFile,
      cause: () => started.cause(),
      stop: () => this.#stop(started),
    };
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

function portVariable(name: string): string {
  return `${name.toUpperCase()}_PORT`;
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
