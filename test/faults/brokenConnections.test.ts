import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../scripts/start/embeddedPostgres.js';
import { type FaultyProxy, startFaultyProxy } from '../support/faultyProxy.js';
import { openFolder, plainEnvironment, run, type RunningCommand } from '../support/startHarness.js';
import { askSubgraph, type GraphQLAnswer } from '../support/startTestSubgraph.js';
import { waitUntil } from '../support/waitUntil.js';

const READ = `query ($id: ID!) {
  customer360(id: $id) { id displayName emails phones externalIds { source } addresses { label } household { name } }
}`;
const WRITE = `mutation ($input: IdentifyCustomerInput!, $key: String) {
  identifyCustomer(input: $input, idempotencyKey: $key) { created }
}`;

const AT_ONCE = 50;

/** How a subgraph's connections to Postgres break. */
const FAULTS = ['pg_terminate_backend', 'TCP reset', 'kill -9 of a backend'] as const;
type Fault = (typeof FAULTS)[number];

const codesOf = ({ errors }: GraphQLAnswer) => errors?.map(({ extensions }) => extensions['code']) ?? [];

describe('when a connection to Postgres breaks', () => {
  const folder = openFolder();
  let postgres: EmbeddedPostgres;
  let proxy: FaultyProxy;
  let subgraph: RunningCommand;
  let url: string;
  let hasEnded = false;
  let customerId: string;

  beforeAll(async () => {
    postgres = await startEmbeddedPostgres({ dataDir: join(folder.path, 'data'), durable: true });
    proxy = await startFaultyProxy(postgres.url);
    const throughProxy = new URL(postgres.url);
    throughProxy.port = new URL(proxy.url).port;
    const env = { ...plainEnvironment(), DATABASE_URL: throughProxy.href, PORT: '0', LOG_LEVEL: 'info' };
    subgraph = run(process.execPath, [join(process.cwd(), 'dist/subgraphs/identity/main.js')], { env });
    void subgraph.ended.then(() => (hasEnded = true));
    [, url = ''] = await subgraph.prints(/"url":"(http:[^"]+)"/);
    await identify('ada@example.com');
    const rows = await sql<{ id: string }>('SELECT id FROM identity.customer');
    customerId = rows[0]?.id ?? '';
  });
  afterAll(async () => {
    subgraph.signal('SIGTERM');
    await subgraph.ended;
    await proxy.stop();
    await postgres.stop();
    folder.remove();
  });

  async function connect(): Promise<Client> {
    const client = new Client({ connectionString: postgres.url });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  async function sql<Row>(statement: string): Promise<Row[]> {
    const client = await connect();
    try {
      return (await client.query<never>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  const read = () => askSubgraph('identity', url, READ, { id: customerId });
  const identify = (email: string, key: string = randomUUID()) =>
    askSubgraph('identity', url, WRITE, { input: { displayName: email, emails: [email], phones: [] }, key });

  /** The backends that wait for a lock, on behalf of the subgraph. */
  const waiting = () =>
    sql<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'customer360-identity' AND wait_event_type = 'Lock'`,
    );

  async function breakConnections(fault: Fault): Promise<void> {
    if (fault === 'TCP reset') return proxy.misbehave('resets');
    const pids = (await waiting()).map(({ pid }) => pid);
    if (fault === 'kill -9 of a backend') process.kill(pids[0] ?? 0, 'SIGKILL');
    else await sql(`SELECT pg_terminate_backend(pid) FROM unnest('{${pids.join(',')}}'::int[]) AS pid`);
    return undefined;
  }

  /**
   * What becomes of requests that are under way, held up by a lock, while it happens.
   * @param hold the lock that holds them up; it is gone when the fault has happened
   */
  async function whileUnderWay(hold: string, fault: Fault, ask: (index: number) => Promise<GraphQLAnswer>) {
    const holder = await connect();
    await holder.query('BEGIN');
    await holder.query(hold);
    const answers = Array.from({ length: AT_ONCE }, (_, index) => ask(index));
    await waitUntil(async () => (await waiting()).length > 0);
    await breakConnections(fault);
    await holder.end();
    return Promise.all(answers);
  }

  /** The next request after Postgres is there again is answered. */
  async function untilAnswered(): Promise<void> {
    await waitUntil(() =>
      sql('SELECT 1').then(
        () => true,
        () => false,
      ),
    );
    await waitUntil(async () => (await read()).errors === undefined);
    expect(hasEnded).toBe(false);
  }

  test.each(FAULTS)('by %s, reads under way are tried again or say SERVICE_UNAVAILABLE', async (fault) => {
    const answers = await whileUnderWay('LOCK TABLE identity.customer IN ACCESS EXCLUSIVE MODE', fault, read);
    const answered = answers.filter(({ errors }) => !errors);
    expect(answered.map(({ data }) => data.customer360.id)).toEqual(answered.map(() => customerId));
    const codes = answers.flatMap(codesOf);
    // But for a Postgres that starts all over there is a fresh connection at once.
    expect(codes).toEqual(fault === 'kill -9 of a backend' ? codes.map(() => 'SERVICE_UNAVAILABLE') : []);
    await untilAnswered();
  });

  test.each(FAULTS)(
    'by %s, a write is there whole with its events, or not at all',
    async (fault) => {
      const emails = Array.from({ length: AT_ONCE }, () => `${randomUUID()}@example.com`);
      const hold = 'LOCK TABLE identity.customer_identifier IN EXCLUSIVE MODE';
      const answers = await whileUnderWay(hold, fault, (index) => identify(emails[index] ?? ''));
      const failed = answers.filter(({ errors }) => errors);
      expect(failed.length).toBeGreaterThan(0);
      expect(failed.map(codesOf)).toEqual(failed.map(() => ['SERVICE_UNAVAILABLE']));
      await untilAnswered();
      // Those who got no answer send the same call again, and nobody is there twice.
      for (const email of emails) expect((await identify(email)).errors).toBeUndefined();
      const half = await sql(
        `SELECT id FROM identity.customer c WHERE NOT EXISTS (SELECT FROM identity.customer_identifier WHERE customer_id = c.id)`,
      );
      expect(half).toEqual([]);
      const count = () =>
        sql<{ customers: number; created: number }>(
          `SELECT count(DISTINCT i.customer_id)::int AS customers, count(a.id)::int AS created
         FROM identity.customer_identifier i LEFT JOIN identity.audit_entry a
           ON a.customer_id = i.customer_id AND a.action = 'CHANGE' AND 'Mutation.identifyCustomer' = ANY(a.fields)
         WHERE i.value = ANY('{${emails.join(',')}}')`,
        );
      const created = 2 * AT_ONCE - failed.length;
      await waitUntil(async () => (await count())[0]?.created === created, 60_000).catch(async () => {
        const left = await sql(
          'SELECT (SELECT count(*) FROM identity.outbox) AS outbox, (SELECT count(*) FROM identity.dead_letter) AS parked',
        );
        throw new Error(`of ${created} entries there are ${JSON.stringify([await count(), left])}`);
      });
      expect(await count()).toMatchObject([{ customers: AT_ONCE }]);
    },
    120_000,
  );
});
