import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { Client } from 'pg';
import { createTestDatabase } from '../support/postgres.js';
import { plainEnvironment, run } from '../support/startHarness.js';
import { askSubgraph } from '../support/startTestSubgraph.js';
import { waitUntil } from '../support/waitUntil.js';

const WAITING = `SELECT count(*)::int AS count FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'customer360-identity' AND wait_event_type = 'Lock'`;

it('SIGTERM lets a subgraph answer what it is in the middle of, a write included, and ends it with 0', async () => {
  const database = await createTestDatabase();
  const env = { ...plainEnvironment(), DATABASE_URL: database.url, PORT: '0', LOG_LEVEL: 'info' };
  const identity = run(process.execPath, [join(process.cwd(), 'dist/subgraphs/identity/main.js')], { env });
  const holder = new Client({ connectionString: database.url });
  try {
    const [, url = ''] = await identity.prints(/"url":"(http:[^"]+)"/);
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE identity.customer IN EXCLUSIVE MODE');
    const write = askSubgraph(
      'identity',
      url,
      'mutation { identifyCustomer(input: { displayName: "Ada", emails: ["ada@example.com"] }) { created } }',
    );
    await waitUntil(async () => (await holder.query<{ count: number }>(WAITING)).rows[0]?.count === 1);

    identity.signal('SIGTERM');
    await waitUntil(() =>
      fetch(new URL('/health', url), { headers: { connection: 'close' } }).then(
        ({ status }) => status === 503,
        () => true,
      ),
    );
    await holder.query('ROLLBACK');
    expect(await write).toEqual({ data: { identifyCustomer: { created: true } } });
    expect(await identity.ended).toEqual({ code: 0, signal: null });
  } finally {
    identity.signal('SIGKILL');
    await identity.ended;
    await holder.end();
    await database.drop();
  }
});
