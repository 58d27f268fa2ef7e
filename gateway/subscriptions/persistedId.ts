import { z } from 'zod';

const persisted = z.object({ persistedQuery: z.object({ version: z.literal(1), sha256Hash: z.string() }) });

/** The SHA-256 by which a client names an operation, in the way of Apollo's clients: `{ persistedQuery: { version: 1, sha256Hash } }`. */
export function persistedId(extensions: unknown): string | undefined {
  return persisted.safeParse(extensions).data?.persistedQuery.sha256Hash;
}
