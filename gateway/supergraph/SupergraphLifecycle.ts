import type { Logger } from 'pino';
import { SupergraphHistory } from '../../schema/SupergraphHistory.js';
import { type Engine, type EngineOptions, createEngine } from '../engine/createEngine.js';
import type { SubgraphConnection } from '../engine/SubgraphConnection.js';
import { StartError } from '../errors/StartError.js';
import { type DocumentRules, Documents } from '../limits/Documents.js';
import type { Limits } from '../limits/limits.js';
import { SubgraphClient } from '../upstream/SubgraphClient.js';
import { InFlight } from './InFlight.js';
import { locateSubgraphs } from './locateSubgraphs.js';
import { type SupergraphSource, supergraphSource } from './SupergraphSource.js';
import { type Supergraph, readSupergraph } from './readSupergraph.js';
import { warmUp } from './warmUp.js';
import { watchFile } from './watchFile.js';

/** A supergraph that can be served: with its engine, and with the connections to its subgraphs. */
export interface ServedSupergraph extends Supergraph {
  /** When it began to serve. */
  readonly since: Date;
  /**
   * `pinned` when it was chosen by `npm run schema:rollback`; `last-good` when the file could not be served at the start, and what served last
   * serves in its place.
   */
  readonly source: 'file' | 'pinned' | 'last-good';
  /** By the subgraph's name, in the supergraph's order. */
  readonly clients: ReadonlyMap<string, SubgraphClient>;
  readonly engine: Engine;
  /** What clients ask of it. */
  readonly documents: Documents;
}

/**
 * Told after a swap; what runs on the old supergraph can be moved to the new one here. The connections to subgraphs that are gone
 * stay open until it resolves. What it throws is logged.
 */
export type SwapHook = (next: ServedSupergraph, previous: ServedSupergraph) => void | Promise<void>;

export interface LifecycleOptions {
  /** Path of the supergraph file, or the address that gives it. */
  readonly file: string;
  /** The folder in which what served is kept, to start from when the file cannot be served and to go back to; nothing is kept without it. */
  readonly historyFolder?: string | undefined;
  /** Addresses that replace those in the supergraph, by environment variable. */
  readonly subgraphUrls: Readonly<Record<string, string>>;
  readonly limits: Limits;
  /** What clients may ask. */
  readonly rules: DocumentRules;
  readonly logger: Logger;
  /** What requests to subgraphs are signed with; without it, they are not. */
  readonly signingKey?: string | undefined;
  /** How operations are run. */
  readonly engine?: Omit<EngineOptions, 'supergraphSdl' | 'subgraphs' | 'logger' | 'deadlineMs'>;
  /** Makes of a connection to a subgraph what the engine asks; by default the connection itself. */
  readonly observe?: (service: string, connection: SubgraphConnection) => SubgraphConnection;
}

/**
 * Which supergraph serves. It follows the file: a new text that can be served takes the place of the old one for the requests that
 * come after it, and those that are under way end on the old one; a text that cannot be served is refused and logged, and the old
 * one stays.
 */
export class SupergraphLifecycle {
  /** Requests, and operations that run longer than their request. Connections that a swap makes needless wait for them. */
  readonly inFlight = new InFlight();
  readonly #options: LifecycleOptions;
  readonly #source: SupergraphSource;
  readonly #history: SupergraphHistory | undefined;
  readonly #hooks: SwapHook[] = [];
  /** Of the supergraph that serves, and of those before it until nothing uses them. */
  readonly #open = new Set<SubgraphClient>();
  #served: ServedSupergraph;
  /** The digest of the last text that was looked at, served or refused; or why there is none. */
  #seen: string;
  #unwatch: readonly (() => void)[] = [];
  #checking: Promise<void> = Promise.resolve();
  #retiring: Promise<void> = Promise.resolve();
  #keeping: Promise<void> = Promise.resolve();

  private constructor(options: LifecycleOptions, origins: Origins, begin: Found) {
    this.#options = options;
    this.#source = origins.source;
    this.#history = origins.history;
    this.#served = this.#prepare(begin);
    this.#seen = begin.source === 'last-good' ? '' : begin.supergraph.digest;
  }

  /**
   * Reads the supergraph to begin with: the one that is pinned, else the file, else what served last. No subgraph is asked anything.
   *
   * @throws StartError when none will do
   */
  static async load(options: LifecycleOptions): Promise<SupergraphLifecycle> {
    const { file, historyFolder, logger } = options;
    const history = historyFolder === undefined ? undefined : new SupergraphHistory(historyFolder);
    const origins: Origins = { source: supergraphSource(file), history };
    try {
      return new SupergraphLifecycle(options, origins, await find(origins));
    } catch (error) {
      const sdl = error instanceof StartError ? await history?.latest() : undefined;
      if (!history || !sdl || !(error instanceof StartError)) throw error;
      const supergraph = readSupergraph(history.folder, sdl);
      logger.error(
        { reason: error.message, history: history.folder, serving: supergraph.digest },
        'the supergraph file cannot be served; what served last serves until the file is mended',
      );
      return new SupergraphLifecycle(options, origins, { supergraph, source: 'last-good' });
    }
  }

  /** What requests are served from now. */
  get served(): ServedSupergraph {
    return this.#served;
  }

  /** Adds a hook for the end of each swap; hooks run one after the other. */
  onSwap(hook: SwapHook): void {
    this.#hooks.push(hook);
  }

  /**
   * Follows the file, and what is pinned, from now on.
   *
   * @param serve makes the next requests see a supergraph; when it throws, that one is refused, and must not be seen by any
   */
  watch(serve: (next: ServedSupergraph) => void): void {
    const { logger } = this.#options;
    if (this.#served.source !== 'last-good') this.#keep(this.#served);
    const check = (): void => {
      this.#checking = this.#checking.then(() => this.#check(serve));
    };
    const failed = (file: string) => (err: unknown) =>
      logger.warn({ err, file }, 'the supergraph file cannot be watched; it is looked at every few seconds');
    this.#unwatch = [this.#source.watch(check, failed(this.#source.name))];
    const pinFile = this.#history?.pinFile;
    if (pinFile !== undefined) void this.#watchPin(() => watchFile(pinFile, check, failed(pinFile)), check);
    // It may have changed since it was loaded.
    check();
  }

  /** Ends the watch and closes all connections, also those that are in use. */
  async stop(): Promise<void> {
    await this.#keeping;
    for (const unwatch of this.#unwatch) unwatch();
    await this.#checking;
    await this.#keeping;
    await Promise.all([...this.#open].map((client) => client.close()));
  }

  /** Its folder is made with the first version that is kept. */
  async #watchPin(watch: () => () => void, check: () => void): Promise<void> {
    await this.#keeping;
    this.#unwatch = [...this.#unwatch, watch()];
    // It may have changed before it was watched.
    check();
  }

  async #check(serve: (next: ServedSupergraph) => void): Promise<void> {
    let next: ServedSupergraph | undefined;
    try {
      const found = await this.#findNew();
      if (!found) return;
      next = this.#prepare(found, this.#served.clients);
      await warmUp(next.engine, this.#served.engine, this.#options.logger);
      serve(next);
    } catch (error) {
      this.#refuse(error);
      if (next) await this.#close(next, this.#served);
      return;
    }
    this.#swap(next);
  }

  /**
   * What is to serve, unless it was looked at already.
   *
   * @throws when it cannot be read, the first time that it cannot for this reason
   */
  async #findNew(): Promise<Found | undefined> {
    try {
      const found = await find({ source: this.#source, history: this.#history });
      const { digest } = found.supergraph;
      if (digest === this.#seen) {
        this.#noteSource(found);
        return undefined;
      }
      this.#seen = digest;
      return found;
    } catch (error) {
      const reason = String(error);
      if (reason === this.#seen) return undefined;
      this.#seen = reason;
      throw error;
    }
  }

  /** The same text may come to be pinned, or be followed again. */
  #noteSource({ supergraph, source }: Found): void {
    if (supergraph.digest === this.#served.digest && source !== this.#served.source) {
      this.#served = { ...this.#served, source };
    }
  }

  #refuse(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.logger.error(
      { reason, serving: this.#served.digest },
      'a supergraph was refused; the one before it goes on serving',
    );
  }

  #swap(next: ServedSupergraph): void {
    const previous = this.#served;
    this.#served = next;
    this.#options.logger.info(
      { digest: next.digest, previous: previous.digest, subgraphs: [...next.clients.keys()] },
      'a new supergraph serves',
    );
    this.#keep(next);
    this.#retiring = this.#retiring.then(() => this.#retire(previous, next));
  }

  /** Notes that it serves, one after the other. Where that fails all goes on, but a later start from a broken file, and going back. */
  #keep({ sdl }: ServedSupergraph): void {
    const history = this.#history;
    if (!history) return;
    this.#keeping = this.#keeping.then(() =>
      history
        .keep(sdl)
        .catch((err: unknown) =>
          this.#options.logger.warn({ err, history: history.folder }, 'what serves could not be kept in the history'),
        ),
    );
  }

  async #retire(previous: ServedSupergraph, next: ServedSupergraph): Promise<void> {
    const drained = this.inFlight.drained();
    for (const hook of this.#hooks) {
      try {
        await hook(next, previous);
      } catch (err) {
        this.#options.logger.error({ err }, 'something could not be moved to the new supergraph');
      }
    }
    await drained;
    await this.#close(previous, next);
  }

  /**
   * @param known connections that are taken over where a subgraph stays where it is
   * @throws StartError when it cannot be served; then no connection was made
   */
  #prepare({ supergraph, source }: Found, known: ServedSupergraph['clients'] = new Map()): ServedSupergraph {
    const { file, subgraphUrls, limits, rules, logger, signingKey, observe, engine: settings } = this.#options;
    const located = locateSubgraphs(supergraph.subgraphs, subgraphUrls);
    const clients = new Map<string, SubgraphClient>();
    const asked = new Map<string, SubgraphConnection>();
    const engine = createEngineOf(file, {
      ...settings,
      supergraphSdl: supergraph.sdl,
      subgraphs: asked,
      logger,
      deadlineMs: limits.requestDeadlineMs,
    });
    for (const { name, url } of located) {
      const client = known.get(name);
      const taken = client?.options.url === url ? client : connect(name, url, limits, logger, signingKey);
      clients.set(name, taken);
      asked.set(name, observe ? observe(name, taken) : taken);
      this.#open.add(taken);
    }
    const documents = new Documents(engine.apiSchema, supergraph.sdl, rules);
    return { ...supergraph, since: new Date(), source, clients, engine, documents };
  }

  /** Closes the connections that only the first of the two needs. */
  async #close({ clients }: ServedSupergraph, kept: ServedSupergraph): Promise<void> {
    const stay = new Set(kept.clients.values());
    const needless = [...clients.values()].filter((client) => !stay.has(client));
    for (const client of needless) this.#open.delete(client);
    await Promise.all(needless.map((client) => client.close()));
  }
}

/** Where a supergraph may come from. */
interface Origins {
  readonly source: SupergraphSource;
  readonly history: SupergraphHistory | undefined;
}

interface Found {
  readonly supergraph: Supergraph;
  readonly source: ServedSupergraph['source'];
}

/**
 * What is to serve now: what is pinned, else what the source has.
 *
 * @throws StartError when it will not do
 */
async function find({ source, history }: Origins): Promise<Found> {
  const pinned = await history?.pinned();
  if (history && pinned) {
    const { sdl } = await history.read(pinned).catch((error: unknown) => {
      throw new StartError(
        `the pinned supergraph cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    return { supergraph: readSupergraph(history.pinFile, sdl), source: 'pinned' };
  }
  return { supergraph: readSupergraph(source.name, await source.read()), source: 'file' };
}

function connect(
  name: string,
  url: string,
  limits: Limits,
  logger: Logger,
  signingKey: string | undefined,
): SubgraphClient {
  return new SubgraphClient({
    name,
    url,
    timeoutMs: limits.subgraphTimeoutMs,
    maxResponseBytes: limits.subgraphResponseBytes,
    signingKey,
    concurrency: limits.subgraphConcurrency,
    queue: limits.subgraphQueue,
    failuresBeforeRest: limits.failuresBeforeRest,
    longestRestMs: limits.longestRestMs,
    onChange(resting) {
      if (resting) logger.warn({ service: name }, 'a subgraph rests after failures');
      else logger.info({ service: name }, 'a subgraph answers again');
    },
  });
}

function createEngineOf(file: string, options: EngineOptions): Engine {
  try {
    return createEngine(options);
  } catch (error) {
    throw notServable(file, error);
  }
}

/** The error for a supergraph that looks right and proves wrong when it is to be served. */
export function notServable(file: string, error: unknown): StartError {
  const reason = error instanceof Error ? error.message : String(error);
  return new StartError(`${file} is not a supergraph that can be served: ${reason.slice(0, 500)} Compose it again.`);
}
