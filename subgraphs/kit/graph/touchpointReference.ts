import { validate as isUuid } from 'uuid';
import { z } from 'zod';
import type { TouchpointSource } from './TouchpointSource.js';

const representation = z.object({
  id: z.string().refine((id) => isUuid(id)),
  source: z.object({ type: z.string(), id: z.string() }).nullish(),
});

/**
 * The reference resolver of a subgraph that adds to touchpoints: the touchpoint that a representation names, with the source that the
 * gateway sends along; null when it is malformed.
 * @param stub the subgraph's own class of it
 */
export function touchpointReference<T extends object>(
  stub: new (id: string, source: TouchpointSource | null) => T,
): (reference: Readonly<Record<string, unknown>>) => T | null {
  return (reference) => {
    const { success, data } = representation.safeParse(reference);
    return success ? new stub(data.id.toLowerCase(), data.source ?? null) : null;
  };
}
