import type { EntityManager } from 'typeorm';

/**
 * What they wrote goes. Scores, and the words by which figures are grouped (experience, group of respondents, competitor, site), stay, so that NPS and trends of the
 * past do not change.
 */
export async function eraseFeedback(manager: EntityManager, customerIds: readonly string[]): Promise<string[]> {
  await manager.query(
    `UPDATE survey_response SET verbatim = NULL, language = NULL, loop_note = NULL, source = NULL, source_key = NULL
     WHERE customer_id = ANY($1::uuid[])`,
    [customerIds],
  );
  await manager.query(
    `UPDATE review SET title = NULL, text = NULL, source = NULL, source_key = NULL WHERE customer_id = ANY($1::uuid[])`,
    [customerIds],
  );
  await manager.query('UPDATE competitor_rating SET verbatim = NULL WHERE customer_id = ANY($1::uuid[])', [
    customerIds,
  ]);
  await manager.query(
    'UPDATE referral SET note = NULL WHERE customer_id = ANY($1::uuid[]) OR referred_customer_id = ANY($1::uuid[])',
    [customerIds],
  );
  const rows = await manager.query<{ id: string }[]>(
    `SELECT id FROM survey_response WHERE customer_id = ANY($1::uuid[]) UNION ALL
     SELECT id FROM review WHERE customer_id = ANY($1::uuid[]) UNION ALL
     SELECT id FROM competitor_rating WHERE customer_id = ANY($1::uuid[])`,
    [customerIds],
  );
  return rows.map(({ id }) => id);
}
