import type { Engine } from '../engine/createEngine.js';
import type { Documents } from '../operations/Documents.js';
import type { SubgraphClient } from '../upstream/SubgraphClient.js';
import type { Supergraph } from './readSupergraph.js';

/** Holds a generation until `end` is called; more calls change nothing. */
export interface Lease {
  readonly generation: Generation;
  end(): void;
}

/** What a generation is made of. */
export interface GenerationParts {
  readonly supergraph: Supergraph;
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
 * A supergraph that serves, with its engine, its documents and its connections to subgraphs. Each request, event and subscription that works with it
 * holds a lease. Once another generation serves, it closes when its last lease ends: a request that is stuck holds its own generation and
 * nothing else.
 */
export class Generation implements GenerationParts {
  readonly supergraph: Supergraph;
  readonly clients: GenerationParts['clients'];
  readonly engine: Engine;
  readonly documents: Documents;
  /** When it was made, which is just before it serves. */
  readonly since = new Date();
  /** The same text may come to be pinned, or be followed again. */
  source: GenerationParts['source'];
  #leases = 0;
  #retired = false;

  /** @param onUnused called once, when it is retired and its last lease has ended */
  constructor(
    parts: GenerationParts,
    private readonly onUnused: (generation: Generation) => void,
  ) {
    this.supergraph = parts.supergraph;
    this.clients = parts.clients;
    this.engine = parts.engine;
    this.documents = parts.documents;
    this.source = parts.source;
  }

  /** How many leases there are. */
  get leases(): number {
    return this.#leases;
  }

  lease(): Lease {
    let isHeld = true;
    this.#leases += 1;
    return {
      generation: this,
      end: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#leases -= 1;
        this.#closeIfUnused();
      },
    };
  }

  /** Another one serves from now. */
  retire(): void {
    if (this.#retired) return;
    this.#retired = true;
    this.#closeIfUnused();
  }

  #closeIfUnused(): void {
    if (this.#retired && this.#leases === 0) this.onUnused(this);
  }
}
