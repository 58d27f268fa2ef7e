import type { DataSource } from 'typeorm';

const keys = new WeakMap<DataSource, readonly string[] | null>();

/** Remembers with which keys the messages of the subgraph are signed whose data source it is; null where nothing is. */
export function keepSigningKeys(dataSource: DataSource, signingKeys: readonly string[] | null): void {
  keys.set(dataSource, signingKeys);
}

/**
 * The keys with which messages to the subgraph are signed, any of them; null where nothing is.
 * @throws Error where nobody said it
 */
export function signingKeysOf(dataSource: DataSource): readonly string[] | null {
  const known = keys.get(dataSource);
  if (known === undefined) throw new Error('set SIGNING_KEY to the key with which the subgraphs sign');
  return known;
}
