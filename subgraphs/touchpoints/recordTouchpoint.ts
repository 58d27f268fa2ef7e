import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { isOfAnother } from '../kit/ownership/rowOwner.js';
import { findExternal } from '../kit/ownership/findExternal.js';
import { actingEmployee } from '../kit/guard/actingEmployee.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { addTouchpoint } from './addTouchpoint.js';
import { Touchpoint } from './entities/Touchpoint.js';
import { takeTurn } from './takeTurn.js';
import { parseTouchpoint, type RecordTouchpointInput } from './touchpointInput.js';

/**
 * Records a touchpoint, once for each `externalId` and once for each source: of one that is there already, what is there is returned, unchanged.
 * @throws BAD_USER_INPUT for a customer who does not exist, an employee who is unknown or left, a source that is there for another customer, or an `externalId`
 *   under which something else is recorded
 */
export async function recordTouchpoint(
  context: RequestContext,
  given: RecordTouchpointInput,
  once: Idempotency,
): Promise<Touchpoint> {
  const { source, externalId, ...input } = parseTouchpoint(given);
  await context.references.require('Customer', { 'input.customerId': input.customerId }, context.requestId);

  const customerId = input.customerId.toLowerCase();
  return context.write(async (manager) => {
    const said = { customerId, kind: input.kind };
    const { id, there } = await findExternal(context.database, manager, Touchpoint, externalId, said);
    if (there) return there;
    const now = new Date();
    const employeeId =
      typeof input.employeeId === 'string'
        ? await actingEmployee(context, manager, input.employeeId, 'input.employeeId')
        : null;
    // Two callers may bring the same source at once: the second waits for the first here, and writes nothing.
    await takeTurn(manager);
    const bySource = source ? { sourceType: source.type, sourceId: source.id, reported: false } : null;
    if (bySource === null || !(await manager.existsBy(Touchpoint, bySource))) {
      await addTouchpoint(manager, {
        ...input,
        id,
        customerId,
        occurredAt: input.occurredAt ?? now,
        recordedAt: now,
        employeeId,
        sentiment: input.sentiment ?? null,
        emotion: input.emotion ?? null,
        sourceType: source?.type ?? null,
        sourceId: source?.id ?? null,
        reported: false,
        threadKey: input.threadKey ?? null,
        concludes: false,
      });
    }
    const recorded = await manager.findOneByOrFail(Touchpoint, bySource ?? { id });
    if (await isOfAnother(manager, Touchpoint, recorded.id, customerId)) {
      throw badUserInput('input.source: it is recorded for another customer already', 'input.source', {
        touchpointId: recorded.id,
      });
    }
    return recorded;
  }, once);
}
