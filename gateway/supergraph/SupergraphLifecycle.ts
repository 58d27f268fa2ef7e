import type { Logger } from 'pino';
import { SupergraphHistory } from '../../schema/SupergraphHistory.js';
import { type EngineOptions, createEngine } from '../engine/createEngine.js';
import type { SubgraphConnection } from '../engine/SubgraphConnection.js';
import { PlannerThread } from '../engine/plan/PlannerThread.js';
import { StartError } from '../errors/StartError.js';
import type { Limits } from '../limits/limits.js';
import { type DocumentRules, Documents } from '../operations/Documents.js';
import { RefusalLog } from '../upstream/RefusalLog.js';
import { NO_SETTINGS, type SubgraphSettingsOf } from '../upstream/SubgraphSettings.js';
import { SubgraphClient } from '../upstream/SubgraphClient.js';
import { Generation, type GenerationParts, type Lease } from './Generation.js';
import { SharedClients } from './SharedClients.js';
import { locateSubgraphs } from './locateSubgraphs.js';
import { type SupergraphSource, supergraphSource } from './SupergraphSource.js';
import { type Supergraph, readSupergraph } from './readSupergraph.js';
import { warmUp } from './warmUp.js';
import { watchFile } from './watchFile.js';

/**
 * Told after a swap; what runs on the old supergraph can be moved to the new one here, and the old one stays open meanwhile. What it throws is logged, and the next
 * hook is told.
 */
export type SwapHook = (next: Generation, previous: Generation) => void | Promise<void>;

export interface LifecycleOptions {
  /** Path of the supergraph file, or the address that gives it. */
  readonly file: string;
  /** The folder in which what served is kept, to start from when the file cannot be served and to go back to; nothing is kept without it. */
  readonly historyFolder?: string | undefined;
  /** Addresses that replace those in the supergraph, by environment variable. */
  readonly subgraphUrls: Readonly<Record<string, string>>;
  readonly limits: Limits;
  /** What clients may ask. */
  readonly rules: Omit<DocumentRules, 'limits' | 'planning'>;
  readonly logger: Logger;
  /** What requests to subgraphs are signed with; without it, they are not. */
  readonly signingKey?: string | undefined;
  /** See `SubgraphClientOptions`. */
  readonly refusesCallers?: boolean;
  /** How each subgraph is spoken to; as by default without it. */
  readonly settings?: SubgraphSettingsOf;
  /** How operations are run. */
  readonly engine?: Pick<
    EngineOptions,
    'deniedFields' | 'introspectionHidesDenied' | 'shareIdenticalQueries' | 'onLookup'
  >;
  /** Makes of a connection to a subgraph what the engine asks; by default the connection itself. */
  readonly observe?: (service: string, connection: SubgraphConnection) => SubgraphConnection;
}

/**
 * Which supergraph serves. It follows the file: a new text that can be served takes the place of the old one for the requests that
 * come after it, and those that are under way end on the old one; a text that cannot be served is refused and logged, and the old
 * one stays.
 */
export class SupergraphLifecycle {
  readonly #options: LifecycleOptions;
  readonly #source: SupergraphSource;
  readonly #history: SupergraphHistory | undefined;
  readonly #hooks: SwapHook[] = [];
  readonly #clients: SharedClients;
  /** The planners of all generations that are not closed. */
  readonly #planners = new Map<Generation, PlannerThread>();
  #served: Generation | undefined;
  /** The digest of the last text that was looked at, served or refused; or why there is none. */
  #seen = '';
  #unwatch: readonly (() => void)[] = [];
  #checking: Promise<void> = Promise.resolve();
  #closing: Promise<void> = Promise.resolve();
  #keeping: Promise<void> = Promise.resolve();
  #stopped = false;

  private constructor(options: LifecycleOptions, { source, history }: Origins) {
    this.#options = options;
    this.#source = source;
    this.#history = history;
    this.#clients = new SharedClients((name, url) => connect(name, url, options));
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
    const lifecycle = new SupergraphLifecycle(options, origins);
    try {
      await lifecycle.#begin(await find(origins));
    } catch (error) {
      const sdl = error instanceof StartError ? await history?.latest() : undefined;
      if (!history || !sdl || !(error instanceof StartError)) throw error;
      const supergraph = readSupergraph(history.folder, sdl);
      logger.error(
        { reason: error.message, history: history.folder, serving: supergraph.digest },
        'the supergraph file cannot be served; what served last serves until the file is mended',
      );
      await lifecycle.#begin({ supergraph, source: 'last-good' });
    }
    return lifecycle;
  }

  /** What requests are served from now. */
  get served(): Generation {
    if (!this.#served) throw new Error('no supergraph was loaded');
    return this.#served;
  }

  /** Holds what serves now for somebody who works with it. */
  lease(): Lease {
    return this.served.lease();
  }

  /** Leases of all generations together, and how many generations are not closed. */
  get load(): { readonly leases: number; readonly generations: number } {
    let leases = 0;
    for (const generation of this.#planners.keys()) leases += generation.leases;
    return { leases, generations: this.#planners.size };
  }

  /** Adds a hook for the end of each swap; hooks run one after the other. */
  onSwap(hook: SwapHook): void {
    this.#hooks.push(hook);
  }

  /** Follows the file, and what is pinned, from now on. */
  watch(): void {
    const { logger } = this.#options;
    if (this.served.source !== 'last-good') this.#keep(this.served);
    const check = (): void => {
      this.#checking = this.#checking.then(() => this.#check());
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
    this.#stopped = true;
    await this.#keeping;
    for (const unwatch of this.#unwatch) unwatch();
    // A supergraph that is being loaded is given up.
    await Promise.all([...this.#planners.values()].map((planner) => planner.close()));
    await this.#checking;
    await this.#keeping;
    await this.#closing;
    await Promise.all([...this.#planners.values()].map((planner) => planner.close()));
    await this.#clients.close();
  }

  /** Its folder is made with the first version that is kept. */
  async #watchPin(watch: () => () => void, check: () => void): Promise<void> {
    await this.#keeping;
    this.#unwatch = [...this.#unwatch, watch()];
    // It may have changed before it was watched.
    check();
  }

  async #begin(found: Found): Promise<void> {
    this.#served = await this.#prepare(found);
    this.#seen = found.source === 'last-good' ? '' : found.supergraph.digest;
  }

  async #check(): Promise<void> {
    if (this.#stopped) return;
    let next: Generation | undefined;
    try {
      const found = await this.#findNew();
      if (!found) return;
      next = await this.#prepare(found);
      await warmUp(next, this.served, this.#options.logger);
    } catch (error) {
      this.#refuse(error);
      next?.retire();
      return;
    }
    await this.#swap(next);
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
        if (digest === this.served.supergraph.digest) this.served.source = found.source;
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

  #refuse(error: unknown): void {
    if (this.#stopped) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.logger.error(
      { reason, serving: this.served.supergraph.digest },
      'a supergraph was refused; the one before it goes on serving',
    );
  }

  async #swap(next: Generation): Promise<void> {
    const previous = this.served;
    this.#served = next;
    const { digest } = next.supergraph;
    this.#options.logger.info(
      { digest, previous: previous.supergraph.digest, subgraphs: [...next.clients.keys()] },
      'a new supergraph serves',
    );
    this.#keep(next);
    // What is moved may have to ask the old one.
    const lease = previous.lease();
    previous.retire();
    for (const hook of this.#hooks) {
      try {
        await hook(next, previous);
      } catch (err) {
        this.#options.logger.error({ err }, 'something could not be moved to the new supergraph');
      }
    }
    lease.end();
  }

  /** Notes that it serves, one after the other. Where that fails all goes on, but a later start from a broken file, and going back. */
  #keep({ supergraph: { sdl } }: Generation): void {
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

  /** @throws StartError when it cannot be served; then no connection was made */
  async #prepare({ supergraph, source }: Found): Promise<Generation> {
    const { file, subgraphUrls, limits, rules, logger, observe, engine: settings } = this.#options;
    const { sdl } = supergraph;
    const located = locateSubgraphs(supergraph.subgraphs, subgraphUrls);
    const planner = await PlannerThread.load(sdl, limits.planning, logger).catch((error: unknown) => {
      throw notServable(file, error);
    });
    const asked = new Map<string, SubgraphConnection>();
    const engine = createEngine({
      ...settings,
      planner,
      subgraphs: asked,
      logger,
      deadlineMs: limits.requestDeadlineMs,
      rememberMs: limits.planning.refusedMs,
      onGrowth: (document, bytes) => documents.grow(document, bytes),
    });
    const documents = new Documents(engine.apiSchema, planner.facts.costWeights, {
      ...rules,
      limits: limits.operations,
      planning: limits.planning,
    });
    const clients = new Map(located.map(({ name, url }) => [name, this.#clients.take(name, url)]));
    for (const [name, client] of clients) asked.set(name, observe ? observe(name, client) : client);
    const parts: GenerationParts = { supergraph, source, clients, engine, documents };
    const generation = new Generation(parts, (unused) => {
      this.#closing = this.#closing.then(() => this.#close(unused));
    });
    this.#planners.set(generation, planner);
    return generation;
  }

  async #close(generation: Generation): Promise<void> {
    const planner = this.#planners.get(generation);
    this.#planners.delete(generation);
    await Promise.all([planner?.close(), ...[...generation.clients.values()].map((one) => this.#clients.release(one))]);
    this.#options.logger.debug({ digest: generation.supergraph.digest }, 'a supergraph of before is closed');
  }
}

/** Where a supergraph may come from. */
interface Origins {
  readonly source: SupergraphSource;
  readonly history: SupergraphHistory | undefined;
}

interface Found {
  readonly supergraph: Supergraph;
  readonly source: GenerationParts['source'];
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

function connect(name: string, url: string, options: LifecycleOptions): SubgraphClient {
  const { limits, logger, signingKey, refusesCallers = false, settings = NO_SETTINGS } = options;
  return new SubgraphClient({
    name,
    url,
    timeoutMs: limits.subgraphTimeoutMs,
    maxResponseBytes: limits.subgraphResponseBytes,
    maxAgeMs: limits.subgraphConnectionMs,
    signingKey,
    refusesCallers,
    settings: settings(name),
    refusals: new RefusalLog(name, logger),
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

/** The error for a supergraph that looks right and proves wrong when it is to be served. */
function notServable(file: string, error: unknown): StartError {
  const reason = error instanceof Error ? error.message : String(error);
  return new StartError(`${file} is not a supergraph that can be served: ${reason.slice(0, 500)} Compose it again.`);
}
