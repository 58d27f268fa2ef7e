import { validate as isUuid } from 'uuid';
import { z } from 'zod';
import { Touchpoint } from './entities/Touchpoint.js';

const representation = z.object({
  id: z.string().refine((id) => isUuid(id)),
  source: z.object({ type: z.string(), id: z.string() }).nullish(),
});

/** The touchpoint that a representation names, with the source that the gateway sends along; null when it is malformed. */
export function touchpointReference(reference: Readonly<Record<string, unknown>>): Touchpoint | null {
  const { success, data } = representation.safeParse(reference);
  return success ? new Touchpoint(data.id.toLowerCase(), data.source ?? null) : null;
}
