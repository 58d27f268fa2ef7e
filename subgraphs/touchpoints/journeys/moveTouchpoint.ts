import type { EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { badUserInput } from '../../kit/graph/errors.js';
import { holdOwner, isOfAnother } from '../../kit/ownership/rowOwner.js';
import type { Idempotency } from '../../kit/flow/oncePerKey.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Journey } from '../entities/Journey.js';
import { Touchpoint } from '../entities/Touchpoint.js';
import { takeTurn } from '../takeTurn.js';
import { openJourney } from './openJourney.js';

/**
 * Puts a touchpoint on a journey of the same customer by hand; it leaves the one that it was on, and what is like it does not come to that
 * one any more.
 * @param journeyId null for a journey of its own, which begins with it
 * @throws BAD_USER_INPUT for an unknown touchpoint or journey, and for a journey of somebody else
 */
export async function linkTouchpoint(
  context: RequestContext,
  touchpointId: string,
  journeyId: string | null,
  once: Idempotency,
): Promise<Touchpoint> {
  return context.write(async (manager) => {
    const owner = isUuid(touchpointId) ? await holdOwner(manager, Touchpoint, touchpointId) : null;
    const touchpoint = await lockTouchpoint(manager, touchpointId);
    const customerId = owner ?? touchpoint.customerId;
    const journey =
      journeyId === null
        ? await openJourney(manager, { customerId, summary: touchpoint.summary, occurredAt: touchpoint.occurredAt })
        : await requireJourney(manager, journeyId);
    if (await isOfAnother(manager, Journey, journey.id, customerId)) {
      throw badUserInput('journeyId: the journey is of another customer', 'journeyId');
    }
    await leave(manager, touchpoint, journey.id);
    await manager.query('DELETE FROM journey_exclusion WHERE journey_id = $1 AND touchpoint_id = $2', [
      journey.id,
      touchpoint.id,
    ]);
    const link = { journeyId: journey.id, linkReason: 'MANUAL' as const, linkConfidence: '1.000' };
    await manager.update(Touchpoint, { id: touchpoint.id }, link);
    await measure(manager, journey.id);
    return Object.assign(touchpoint, link);
  }, once);
}

/**
 * Takes a touchpoint off its journey by hand; what is like it does not come to that one any more. On none, it stays as it is.
 * @throws BAD_USER_INPUT for an unknown touchpoint
 */
export async function unlinkTouchpoint(
  context: RequestContext,
  touchpointId: string,
  once: Idempotency,
): Promise<Touchpoint> {
  return context.write(async (manager) => {
    const touchpoint = await lockTouchpoint(manager, touchpointId);
    await leave(manager, touchpoint, null);
    const link = { journeyId: null, linkReason: null, linkConfidence: null };
    await manager.update(Touchpoint, { id: touchpoint.id }, link);
    return Object.assign(touchpoint, link);
  }, once);
}

/** The touchpoint, with the turn taken: nothing is recorded or linked beside. */
async function lockTouchpoint(manager: EntityManager, id: string): Promise<Touchpoint> {
  await takeTurn(manager);
  const touchpoint = isUuid(id) ? await manager.findOneBy(Touchpoint, { id }) : null;
  if (touchpoint === null) throw badUserInput(`touchpointId: there is no Touchpoint ${id}`, 'touchpointId');
  return touchpoint;
}

async function requireJourney(manager: EntityManager, id: string): Promise<Journey> {
  const journey = isUuid(id) ? await manager.findOneBy(Journey, { id }) : null;
  if (journey === null) throw badUserInput(`journeyId: there is no Journey ${id}`, 'journeyId');
  return journey;
}

/** Takes a touchpoint off its journey, unless it is the one where it goes to, and remembers that. */
async function leave(manager: EntityManager, { id, journeyId }: Touchpoint, next: string | null): Promise<void> {
  if (journeyId === null || journeyId === next) return;
  await manager.query(
    'INSERT INTO journey_exclusion (touchpoint_id, journey_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [id, journeyId],
  );
  await manager.update(Touchpoint, { id }, { journeyId: null, linkReason: null, linkConfidence: null });
  await measure(manager, journeyId);
}

/** A journey lasts from its first touchpoint to its last; one without any is over. */
async function measure(manager: EntityManager, journeyId: string): Promise<void> {
  await manager.query(
    `UPDATE journey j SET opened_at = coalesce(s.first, j.opened_at), last_touch_at = coalesce(s.last, j.last_touch_at),
       status = CASE WHEN s.first IS NULL THEN 'CLOSED' ELSE j.status END, updated_at = now(), version = version + 1
     FROM (SELECT min(occurred_at) AS first, max(occurred_at) AS last FROM touchpoint WHERE journey_id = $1) AS s
     WHERE j.id = $1`,
    [journeyId],
  );
}
