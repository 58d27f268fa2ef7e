import type { DataSource } from 'typeorm';

const keys = new WeakMap<DataSource, readonly string[]>();

/** Remembers with which keys the messages of the subgraph are signed whose data source it is; nothing is where it is never told. */
export function keepSigningKeys(dataSource: DataSource, signingKeys: readonly string[] | null): void {
  if (signingKeys !== null) keys.set(dataSource, signingKeys);
}

/** The keys with which messages to the subgraph are signed, any of them; null where nothing is. */
export function signingKeysOf(dataSource: DataSource): readonly string[] | null {
  return keys.get(dataSource) ?? null;
}
