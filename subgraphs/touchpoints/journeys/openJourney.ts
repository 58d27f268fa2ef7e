import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { Journey } from '../entities/Journey.js';
import type { Contact } from './findJourney.js';

const SUBJECT_CHARACTERS = 200;

/** Begins a journey with a touchpoint, whose summary is what it is about. */
export async function openJourney(
  manager: EntityManager,
  { customerId, summary, occurredAt }: Pick<Contact, 'customerId' | 'summary' | 'occurredAt'>,
): Promise<Journey> {
  const now = new Date();
  const journey = manager.create(Journey, {
    id: uuid(),
    customerId,
    // Not half of a character at the end.
    subject: summary.slice(0, SUBJECT_CHARACTERS).replace(/[\uD800-\uDBFF]$/, ''),
    status: 'OPEN',
    openedAt: occurredAt,
    lastTouchAt: occurredAt,
    createdAt: now,
    updatedAt: now,
    version: 1,
  });
  await manager.insert(Journey, journey);
  return journey;
}
