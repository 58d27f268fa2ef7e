import type { EntityManager } from 'typeorm';
import { notifyAfterCommit } from '../kit/sql/notifyAfterCommit.js';
import { holdCustomer } from '../kit/ownership/holdCustomer.js';
import { Journey } from './entities/Journey.js';
import { Touchpoint, type TouchpointKind } from './entities/Touchpoint.js';
import { type Contact, findJourney, type Found } from './journeys/findJourney.js';
import { namedReferences } from './journeys/namedReferences.js';
import { openJourney } from './journeys/openJourney.js';

/** The channel on which those who show touchpoints as they come are told that there are some. */
export const TOUCHPOINTS_CHANNEL = 'customer360.touchpoints.recorded';

/** With what an effort of a customer begins, when they come to us with it. */
const BEGINNINGS: readonly TouchpointKind[] = ['CONTACT', 'ORDER', 'CASE', 'COMPLAINT', 'OPPORTUNITY'];

/** A touchpoint to be recorded. */
export type NewTouchpoint = Pick<
  Touchpoint,
  | 'id'
  | 'customerId'
  | 'occurredAt'
  | 'recordedAt'
  | 'channel'
  | 'direction'
  | 'kind'
  | 'department'
  | 'summary'
  | 'employeeId'
  | 'sentiment'
  | 'emotion'
  | 'sourceType'
  | 'sourceId'
  | 'reported'
  | 'threadKey'
> & {
  /** Whether the customer has what they wanted with it. */
  readonly concludes: boolean;
};

/**
 * Records a touchpoint on its journey: that of what it belongs to, or a new one when the customer comes to us with something. Whoever comes back opens
 * a closed journey again. Call it while holding the turn (`takeTurn`), so that two touchpoints of one effort see each other. Those who show
 * touchpoints as they come are woken when it is committed.
 */
export async function addTouchpoint(manager: EntityManager, touchpoint: NewTouchpoint): Promise<void> {
  const { concludes, ...columns } = touchpoint;
  // Else an unmerge could come between the journey and the touchpoint, and leave it on somebody else's.
  const customerId = await holdCustomer(manager, touchpoint.customerId);
  const contact = { ...columns, customerId, referencesNamed: namedReferences(touchpoint.summary) };
  const found = (await findJourney(manager, contact)) ?? (await beginJourney(manager, contact));
  await manager
    .createQueryBuilder()
    .insert()
    .into(Touchpoint)
    .values({
      ...contact,
      journeyId: found?.journeyId ?? null,
      linkReason: found?.reason ?? null,
      linkConfidence: found?.confidence.toFixed(3) ?? null,
    })
    .updateEntity(false)
    .execute();
  if (found !== null && found.reason !== 'FIRST') await goOn(manager, found.journeyId, touchpoint);
  else if (found !== null && concludes) await manager.update(Journey, { id: found.journeyId }, { status: 'CLOSED' });
  notifyAfterCommit(manager, TOUCHPOINTS_CHANNEL);
}

async function beginJourney(manager: EntityManager, contact: Contact): Promise<Found | null> {
  if (contact.direction !== 'INBOUND' || !BEGINNINGS.includes(contact.kind)) return null;
  const { id } = await openJourney(manager, contact);
  return { journeyId: id, reason: 'FIRST', confidence: 1 };
}

/** A journey that has one more touchpoint: it lasts at least that long, and is open or closed by it. */
async function goOn(
  manager: EntityManager,
  id: string,
  { occurredAt, direction, concludes }: NewTouchpoint,
): Promise<void> {
  const status = concludes ? 'CLOSED' : direction === 'INBOUND' ? 'OPEN' : null;
  await manager.query(
    `UPDATE journey SET opened_at = least(opened_at, $2::timestamptz), last_touch_at = greatest(last_touch_at, $2::timestamptz),
       -- What happened before the last touchpoint, and comes to be known only now, does not decide how it stands.
       status = CASE WHEN $2::timestamptz >= last_touch_at THEN coalesce($3, status) ELSE status END,
       updated_at = now(), version = version + 1
     WHERE id = $1`,
    [id, occurredAt, status],
  );
}
