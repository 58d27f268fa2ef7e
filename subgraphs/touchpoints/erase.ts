import type { EntityManager } from 'typeorm';
import { ERASED_TEXT } from '../kit/ownership/Erase.js';

/** What touchpoints and journeys tell goes, and where they came from. That there was one, when, on which channel and with what mood, stays for the figures. */
export async function eraseTouchpoints(manager: EntityManager, customerIds: readonly string[]): Promise<string[]> {
  const [touchpoints] = await manager.query<[{ id: string }[], number]>(
    `UPDATE touchpoint SET summary = $2, emotion = NULL, thread_key = NULL, references_named = '{}',
       source_type = NULL, source_id = NULL WHERE customer_id = ANY($1::uuid[]) RETURNING id`,
    [customerIds, ERASED_TEXT],
  );
  const [journeys] = await manager.query<[{ id: string }[], number]>(
    'UPDATE journey SET subject = $2 WHERE customer_id = ANY($1::uuid[]) RETURNING id',
    [customerIds, ERASED_TEXT],
  );
  return [...touchpoints, ...journeys].map(({ id }) => id);
}
