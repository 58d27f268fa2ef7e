import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { identity } from '../../subgraphs/identity/subgraph.js';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import type { SubgraphDefinition } from '../../subgraphs/kit/serve/defineSubgraph.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { marketing } from '../../subgraphs/marketing/subgraph.js';
import { createTestDatabase } from '../support/postgres.js';

const [LIVE, GONE, MERGED] = [uuid(), uuid(), uuid()];

let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A subgraph's database as it was before the migrations with these names, the last first, with what `fill` puts there; and then brought up to date. */
async function migrated(
  definition: SubgraphDefinition,
  names: readonly string[],
  fill: (source: DataSource) => Promise<void>,
): Promise<DataSource> {
  await migrateSubgraph(definition, database.url);
  const source = await createDataSource(definition, { url: database.url, poolSize: 1 }).initialize();
  for (const name of names) {
    const [last] = await source.query<{ name: string }[]>('SELECT name FROM migration ORDER BY id DESC LIMIT 1');
    expect(last?.name).toContain(name);
    await source.undoLastMigration();
  }
  await fill(source);
  await migrateSubgraph(definition, database.url);
  return source;
}

describe('a database of the version before', () => {
  it('has an erasure of each who was erased, for which nobody owes a receipt', async () => {
    const source = await migrated(identity, ['AccountForErasures', 'KeepErasures'], async (before) => {
      const insert = (id: string, name: string, erasedAt: string | null, mergedInto: string | null) =>
        before.query(
          `INSERT INTO customer (id, kind, display_name, roles, erased_at, erasure_reason, merged_into)
           VALUES ($1, 'PERSON', $2, '{}', $3, CASE WHEN $3::timestamptz IS NULL OR $4::uuid IS NOT NULL THEN NULL ELSE 'UNLAWFUL' END, $4)`,
          [id, name, erasedAt, mergedInto],
        );
      await insert(LIVE, 'Ada', null, null);
      await insert(GONE, 'Erased customer', '2026-01-01T00:00:00Z', null);
      await insert(MERGED, 'Erased customer', '2026-01-01T00:00:00Z', GONE);
      await before.query(
        `INSERT INTO customer_alias (customer_id, parent_id, canonical_id, position) VALUES ($1, $2, $2, 1), ($2, NULL, $2, 1)`,
        [MERGED, GONE],
      );
      await before.query(
        `INSERT INTO erased_customer (customer_id, erased_at) VALUES ($1, '2026-01-01T00:00:00Z'), ($2, now())`,
        [GONE, MERGED],
      );
    });
    const erasures = await source.query<object[]>(
      'SELECT customer_id, customer_ids, erased_as, reason, started_at, done_at, subgraphs FROM erasure',
    );
    const at = new Date('2026-01-01T00:00:00Z');
    expect(erasures).toEqual([
      {
        customer_id: GONE,
        customer_ids: expect.arrayContaining([GONE, MERGED]),
        erased_as: GONE,
        reason: 'UNLAWFUL',
        started_at: at,
        done_at: at,
        subgraphs: [],
      },
    ]);
    // What was erased lately is told: identity may await it.
    expect(await source.query('SELECT customer_id FROM erasure_account WHERE told_at IS NULL')).toEqual([
      { customer_id: MERGED },
    ]);
    await source.destroy();
  });

  it('keeps what was said at a withdrawal as a note, but of who is erased', async () => {
    const source = await migrated(marketing, ['WithdrawForAll', 'NoteWithdrawals', 'KeepErasures'], async (before) => {
      for (const id of [LIVE, GONE]) {
        await before.query(
          `INSERT INTO consent_event (id, customer_id, purpose, action, source, text)
             VALUES (gen_random_uuid(), $1, 'MARKETING', 'GRANTED', 'web', 'I agree'), (gen_random_uuid(), $1, 'MARKETING', 'WITHDRAWN', 'call', 'Leave me alone')`,
          [id],
        );
      }
      await before.query('INSERT INTO erased_customer (customer_id) VALUES ($1)', [GONE]);
    });
    const entries = await source.query<{ customer_id: string; action: string; text: string; note: string }[]>(
      'SELECT customer_id, action, text, note FROM consent_event ORDER BY sequence',
    );
    expect(entries.map(({ customer_id: id, action, text, note }) => [id, action, text, note])).toEqual([
      [LIVE, 'GRANTED', 'I agree', null],
      [LIVE, 'WITHDRAWN', null, 'Leave me alone'],
      [GONE, 'GRANTED', 'I agree', null],
      [GONE, 'WITHDRAWN', null, null],
    ]);
    await expect(source.query('DELETE FROM consent_event')).rejects.toThrow('append-only');
    await expect(source.query(`UPDATE consent_event SET note = NULL`)).rejects.toThrow('append-only');
    await source.destroy();
  });
});
