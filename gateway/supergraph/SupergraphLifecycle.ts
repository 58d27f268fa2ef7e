import type { Logger } from 'pino';
import { type Engine, type EngineOptions, createEngine } from '../engine/createEngine.js';
import type { SubgraphConnection } from '../engine/SubgraphConnection.js';
import { StartError } from '../errors/StartError.js';
import { type DocumentRules, Documents } from '../limits/Documents.js';
import type { Limits } from '../limits/limits.js';
import { SubgraphClient } from '../upstream/SubgraphClient.js';
import { InFlight } from './InFlight.js';
import { LastGood } from './LastGood.js';
import { locateSubgraphs } from './locateSubgraphs.js';
import { type Supergraph, digestOf, readSupergraph, readSupergraphFile } from './readSupergraph.js';
import { watchFile } from './watchFile.js';

/** A supergraph that can be served: with its engine, and with the connections to its subgraphs. */
export interface ServedSupergraph extends Supergraph {
  /** When it began to serve. */
  readonly since: Date;
  /** `last-good` when the file could not be served at the start, and its last good copy serves in its place. */
  readonly source: 'file' | 'last-good';
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
  /** Path of the supergraph file. */
  readonly file: string;
  /** Where a copy of what serves is kept, to start from when the file cannot be served; none is kept without it. */
  readonly lastGood?: string | undefined;
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
  readonly #hooks: SwapHook[] = [];
  /** Of the supergraph that serves, and of those before it until nothing uses them. */
  readonly #open = new Set<SubgraphClient>();
  #served: ServedSupergraph;
  /** The digest of the last text that was looked at, served or refused; or why there is none. */
  #seen: string;
  #unwatch: (() => void) | undefined;
  #checking: Promise<void> = Promise.resolve();
  #retiring: Promise<void> = Promise.resolve();
  #keeping: Promise<void> = Promise.resolve();

  private constructor(options: LifecycleOptions, supergraph: Supergraph, source: ServedSupergraph['source']) {
    this.#options = options;
    this.#served = this.#prepare(supergraph, source);
    this.#seen = source === 'file' ? supergraph.digest : '';
  }

  /**
   * Reads the supergraph to begin with: the file, or its last good copy when the file will not do. No subgraph is asked anything.
   *
   * @throws StartError when neither will do
   */
  static async load(options: LifecycleOptions): Promise<SupergraphLifecycle> {
    const { file, lastGood, logger } = options;
    try {
      return new SupergraphLifecycle(options, readSupergraph(file, await readSupergraphFile(file)), 'file');
    } catch (error) {
      if (lastGood === undefined || !(error instanceof StartError)) throw error;
      const copy = await new LastGood(lastGood).read();
      if (copy === null) throw error;
      const lifecycle = new SupergraphLifecycle(options, readSupergraph(lastGood, copy), 'last-good');
      logger.error(
        { reason: error.message, lastGood, serving: lifecycle.served.digest },
        'the supergraph file cannot be served; its last good copy serves until the file is mended',
      );
      return lifecycle;
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
   * Follows the file from now on.
   *
   * @param serve makes the next requests see a supergraph; when it throws, that one is refused, and must not be seen by any
   */
  watch(serve: (next: ServedSupergraph) => void): void {
    const { file, logger } = this.#options;
    if (this.#served.source === 'file') this.#keep(this.#served);
    const check = (): void => {
      this.#checking = this.#checking.then(() => this.#check(serve));
    };
    this.#unwatch = watchFile(file, check, (err) =>
      logger.warn({ err, file }, 'the supergraph file cannot be watched; it is looked at every few seconds'),
    );
    // It may have changed since it was loaded.
    check();
  }

  /** Ends the watch and closes all connections, also those that are in use. */
  async stop(): Promise<void> {
    this.#unwatch?.();
    await this.#checking;
    await this.#keeping;
    await Promise.all([...this.#open].map((client) => client.close()));
  }

  async #check(serve: (next: ServedSupergraph) => void): Promise<void> {
    const sdl = await this.#readNew();
    if (sdl === undefined) return;
    let next: ServedSupergraph | undefined;
    try {
      next = this.#prepare(readSupergraph(this.#options.file, sdl), 'file', this.#served.clients);
      serve(next);
    } catch (error) {
      this.#refuse(error);
      if (next) await this.#close(next, this.#served);
      return;
    }
    this.#swap(next);
  }

  /** The file's text, unless it was seen already or cannot be read. */
  async #readNew(): Promise<string | undefined> {
    try {
      const sdl = await readSupergraphFile(this.#options.file);
      const digest = digestOf(sdl);
      if (digest === this.#seen) return undefined;
      this.#seen = digest;
      return sdl;
    } catch (error) {
      const reason = String(error);
      if (reason !== this.#seen) this.#refuse(error);
      this.#seen = reason;
      return undefined;
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

  /** Keeps a copy of what serves, one after the other. Without the copy everything goes on but the next start from a broken file. */
  #keep({ sdl }: ServedSupergraph): void {
    const { lastGood, logger } = this.#options;
    if (lastGood === undefined) return;
    this.#keeping = this.#keeping.then(() =>
      new LastGood(lastGood)
        .keep(sdl)
        .catch((err: unknown) => logger.warn({ err, lastGood }, 'the last good supergraph could not be kept')),
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
  #prepare(
    supergraph: Supergraph,
    source: ServedSupergraph['source'],
    known: ServedSupergraph['clients'] = new Map(),
  ): ServedSupergraph {
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
