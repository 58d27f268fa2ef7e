import type { SubgraphClient } from '../upstream/SubgraphClient.js';

interface Entry {
  readonly client: SubgraphClient;
  users: number;
}

/** Connections to subgraphs that generations have in common: a subgraph that stays where it is keeps them, and the last who uses them closes them. */
export class SharedClients {
  readonly #entries = new Map<string, Entry>();

  /** @param connect makes the connections to a subgraph */
  constructor(private readonly connect: (name: string, url: string) => SubgraphClient) {}

  /** Takes the connections to a subgraph at an address. Who took them calls `release` once. */
  take(name: string, url: string): SubgraphClient {
    const key = keyOf(name, url);
    let entry = this.#entries.get(key);
    if (!entry) this.#entries.set(key, (entry = { client: this.connect(name, url), users: 0 }));
    entry.users += 1;
    return entry.client;
  }

  /** Resolves when they are closed, where nobody else uses them. */
  async release({ options: { name, url } }: SubgraphClient): Promise<void> {
    const key = keyOf(name, url);
    const entry = this.#entries.get(key);
    if (!entry) return;
    entry.users -= 1;
    if (entry.users > 0) return;
    this.#entries.delete(key);
    await entry.client.close();
  }

  /** Closes all of them, also those that are in use. */
  async close(): Promise<void> {
    const open = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(open.map(({ client }) => client.close()));
  }
}

function keyOf(name: string, url: string): string {
  return JSON.stringify([name, url]);
}
