import type { ApolloClient } from '@apollo/client';

/** Somebody who works all day opens hundreds of customers; so many stay at hand. */
const KEPT = 25;

const recent = new WeakMap<ApolloClient, string[]>();

/** Notes that a customer's page was opened, and lets the client's cache forget those who were opened long ago. */
export function noteCustomer(client: ApolloClient, id: string): void {
  const ids = [id, ...(recent.get(client) ?? []).filter((other) => other !== id)];
  recent.set(client, ids.slice(0, KEPT));
  const forgotten = ids.slice(KEPT);
  if (forgotten.length === 0) return;
  for (const old of forgotten) {
    client.cache.evict({ id: 'ROOT_QUERY', fieldName: 'customer360', args: { id: old }, broadcast: false });
  }
  client.cache.gc();
}
