import { connect } from 'node:net';
import type { SubgraphClient } from './SubgraphClient.js';
import { SubgraphFailure } from './SubgraphFailure.js';

/** What a probe found out about one subgraph. */
export interface SubgraphHealth {
  readonly name: string;
  readonly url: string;
  /** `slow` when it takes connections and did not answer in time. */
  readonly status: 'up' | 'slow' | 'down';
  /** Whether it is not asked for now because it failed again and again; it may be up again already. */
  readonly resting: boolean;
  /** Milliseconds that the probe took. */
  readonly latency: number;
  /** Why it is not up. */
  readonly error?: string;
}

/** Asks all subgraphs at once whether they answer. */
export class SubgraphProbe {
  #running: Promise<SubgraphHealth[]> | undefined;

  /** @param clients those of the supergraph that serves when it is asked */
  constructor(
    private readonly clients: () => Iterable<SubgraphClient>,
    private readonly timeoutMs: number,
  ) {}

  /** One result for each subgraph, in the supergraph's order. Callers at the same time share one probe. */
  check(): Promise<SubgraphHealth[]> {
    this.#running ??= Promise.all(Array.from(this.clients(), (client) => this.#checkOne(client))).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #checkOne(client: SubgraphClient): Promise<SubgraphHealth> {
    const { name, url } = client.options;
    const startedAt = performance.now();
    const elapsed = (): number => Math.round((performance.now() - startedAt) * 10) / 10;
    try {
      await client.probe(this.timeoutMs);
      return { name, url, status: 'up', resting: client.resting, latency: elapsed() };
    } catch (error) {
      const detail = error instanceof SubgraphFailure && error.detail !== undefined ? ` (${error.detail})` : '';
      const message = error instanceof Error ? error.message : String(error);
      const isLate = error instanceof SubgraphFailure && error.reason === 'timeout';
      const status = isLate && (await takesConnections(url, this.timeoutMs)) ? 'slow' : 'down';
      return { name, url, status, resting: client.resting, latency: elapsed(), error: message + detail };
    }
  }
}

/** Whether something listens there; that it listens says nothing of whether it answers. */
function takesConnections(url: string, timeoutMs: number): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (protocol === 'https:' ? 443 : 80),
      timeout: timeoutMs,
    });
    const end = (takes: boolean): void => {
      socket.destroy();
      resolve(takes);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}
