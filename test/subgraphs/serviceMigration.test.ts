import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import { startSubgraph, type RunningSubgraph } from '../../subgraphs/kit/serve/startSubgraph.js';
import { service } from '../../subgraphs/service/subgraph.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { createTestDatabase } from '../support/postgres.js';
import { askSubgraph } from '../support/startTestSubgraph.js';

const [CUSTOMER, OPEN, WAITING, DONE, LATE, EMPLOYEE] = [uuid(), uuid(), uuid(), uuid(), uuid(), uuid()];

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let dataSource: DataSource;
let running: RunningSubgraph;

/** Inserts as the version before did: it names none of the new columns. */
async function insertOldCase(id: string, status: string, resolvedAt: string | null): Promise<void> {
  await dataSource.query(
    `INSERT INTO service_case (id, customer_id, subject, kind, channel, priority, status, opened_at, resolved_at,
       resolution, first_response_due_at, resolution_due_at)
     VALUES ($1, $2, 'Old', 'COMPLAINT', 'PHONE', 'NORMAL', $3, '2026-01-01T00:00:00Z', $4, 'Old answer',
       '2026-01-01T08:00:00Z', '2126-01-04T00:00:00Z')`,
    [id, CUSTOMER, status, resolvedAt],
  );
}

beforeAll(async () => {
  database = await createTestDatabase();
  const [first] = service.migrations;
  await migrateSubgraph({ ...service, migrations: first ? [first] : [] }, database.url);
  dataSource = await createDataSource(service, { url: database.url, poolSize: 1 }).initialize();
  await insertOldCase(OPEN, 'OPEN', null);
  await insertOldCase(WAITING, 'AWAITING_CUSTOMER', null);
  await insertOldCase(DONE, 'RESOLVED', '2026-01-02T00:00:00Z');
  await dataSource.query(
    `INSERT INTO promise (id, customer_id, what, due_at) VALUES ($1, $2, 'Old promise', '2026-01-01T00:00:00Z')`,
    [uuid(), CUSTOMER],
  );
  await dataSource.query(
    `INSERT INTO goodwill (id, customer_id, amount, currency, reason, employee_id) VALUES ($1, $2, 12.5, 'EUR', 'Old', $3)`,
    [uuid(), CUSTOMER, EMPLOYEE],
  );
  const config = {
    databaseUrl: database.url,
    host: '127.0.0.1',
    port: 0,
    identityUrl: 'http://127.0.0.1:1',
    signingKeys: [TEST_SIGNING_KEY],
    poolSize: 2,
  };
  running = await startSubgraph(service, config, pino({ level: 'silent' }));
});
afterAll(async () => {
  await running.stop();
  await dataSource.destroy();
  await database.drop();
});

describe('a database of the version before', () => {
  it('is read as it was meant: plain elapsed due times, commitments, goodwill without a limit', async () => {
    const { data, errors } = await askSubgraph(
      'service',
      running.url,
      `query ($id: ID!) {
        _entities(representations: [{ __typename: "Customer", id: $id }]) { ... on Customer {
          cases(orderBy: OPENED_AT_ASC) { nodes {
            status escalationLevel timeToResolve { seconds } statusChanges { totalCount }
            sla { clock firstResponseDueAt resolutionDueAt breached breachesAt stoppedSince }
          } }
          promises { nodes { kind status validUntil employee { id } } }
          goodwill { nodes { amount { amount } authority { amount } } }
        } }
        caseQueue(filter: BREACHED) { nodes { id } }
      }`,
      { id: CUSTOMER },
    );
    expect(errors).toBeUndefined();
    const sla = {
      clock: 'ELAPSED',
      firstResponseDueAt: '2026-01-01T08:00:00.000Z',
      resolutionDueAt: '2126-01-04T00:00:00.000Z',
      breached: true,
      breachesAt: '2026-01-01T08:00:00.000Z',
      stoppedSince: null,
    };
    const old = { escalationLevel: 0, statusChanges: { totalCount: 0 } };
    const [customer] = data._entities;
    expect(customer.cases.nodes).toEqual([
      { ...old, status: 'OPEN', timeToResolve: { seconds: null }, sla },
      // Nobody wrote down since when: its clock runs on.
      { ...old, status: 'AWAITING_CUSTOMER', timeToResolve: { seconds: null }, sla },
      { ...old, status: 'RESOLVED', timeToResolve: { seconds: 86_400 }, sla: { ...sla, breachesAt: null } },
    ]);
    expect(customer.promises.nodes).toEqual([{ kind: 'COMMITMENT', status: 'OWED', validUntil: null, employee: null }]);
    expect(customer.goodwill.nodes).toEqual([{ amount: { amount: '12.50' }, authority: null }]);
    expect(data.caseQueue.nodes).toEqual([{ id: OPEN }, { id: WAITING }]);
  });

  it('is still written by the version before, whose replies end a wait that they do not know', async () => {
    await insertOldCase(LATE, 'AWAITING_CUSTOMER', null);
    await dataSource.query('UPDATE service_case SET waiting_since = now() WHERE id = $1', [LATE]);
    await dataSource.query(`UPDATE service_case SET status = 'OPEN', version = 2, updated_at = now() WHERE id = $1`, [
      LATE,
    ]);
    const [row] = await dataSource.query<{ waiting_since: unknown }[]>(
      'SELECT waiting_since FROM service_case WHERE id = $1',
      [LATE],
    );
    expect(row?.waiting_since).toBeNull();
  });

  it('takes the new mutations on old rows', async () => {
    const { data, errors } = await askSubgraph(
      'service',
      running.url,
      `mutation { resolveCase(id: "${WAITING}", resolution: "R") { status sla { clock } statusChanges { nodes { fromStatus note } } } }`,
    );
    expect(errors).toBeUndefined();
    const statusChanges = { nodes: [{ fromStatus: 'AWAITING_CUSTOMER', note: 'R' }] };
    expect(data.resolveCase).toEqual({ status: 'RESOLVED', sla: { clock: 'ELAPSED' }, statusChanges });
  });

  it('goes back to the version before', async () => {
    await dataSource.undoLastMigration({ transaction: 'each' });
    const [row] = await dataSource.query<{ n: number }[]>('SELECT count(*)::int AS n FROM service_case');
    expect(row?.n).toBe(4);
    const names = await migrateSubgraph(service, database.url);
    expect(names).toHaveLength(1);
  });
});
