import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { lockRow, requireRow, saveRow } from './changeRow.js';
import { Proposition } from './entities/Proposition.js';
import { Segment } from './entities/Segment.js';
import type { createPropositionInput, updatePropositionInput } from './propositionInput.js';

/**
 * Writes a proposition for a segment.
 * @throws BAD_USER_INPUT for an unknown segment
 */
export async function createProposition(
  context: RequestContext,
  input: z.output<typeof createPropositionInput>,
  once: Idempotency,
): Promise<Proposition> {
  return context.write(async (manager) => {
    await requireRow(manager, Segment, input.segmentId, 'input.segmentId');
    const id = uuid();
    await manager.insert(Proposition, { id, ...input });
    return manager.findOneByOrFail(Proposition, { id });
  }, once);
}

/**
 * Changes a proposition.
 * @throws BAD_USER_INPUT for an unknown one, or when nothing would be left of it; CONFLICT when the version is stale
 */
export async function updateProposition(
  context: RequestContext,
  id: string,
  input: z.output<typeof updatePropositionInput>,
  expectedVersion: number | null | undefined,
  once: Idempotency,
): Promise<Proposition> {
  return context.write(async (manager) => {
    const proposition = await lockRow(manager, Proposition, id, expectedVersion);
    const saved = await saveRow(manager, Proposition, proposition, input);
    if ((saved.price ?? saved.brand ?? saved.service ?? saved.product ?? saved.standard) === null) {
      throw badUserInput('input must leave at least one of price, brand, service, product, standard', 'input');
    }
    return saved;
  }, once);
}
