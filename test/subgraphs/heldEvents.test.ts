import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { Client } from 'pg';
import { type CloudEvent, customerErased, customerMerged, type EventType } from '../../schema/contract.js';
import { sales } from '../../subgraphs/sales/subgraph.js';
import { plainEnvironment, run } from '../support/startHarness.js';
import { startTestSubgraph, type TestSubgraph, type Untyped } from '../support/startTestSubgraph.js';
import { waitUntil } from '../support/waitUntil.js';

let subgraph: TestSubgraph & { identity: TestSubgraph; publish(event: CloudEvent): Promise<void> };
/** Somebody else's connection to the same database. */
let client: Client;

beforeAll(async () => {
  // The wait for one lock, in milliseconds.
  subgraph = await startTestSubgraph(sales, { STATEMENT_TIMEOUT: '100' });
  client = new Client(subgraph.database.connection);
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await subgraph.stop();
});

/** A customer who is a lead. */
async function newLead(): Promise<string> {
  const customer = await subgraph.identity.ask(
    'mutation ($email: String!) { identifyCustomer(input: { displayName: "Zoe", emails: [$email] }) { customer { id } } }',
    { email: `${randomUUID()}@example.com` },
  );
  const id: string = customer.data.identifyCustomer.customer.id;
  const lead = await subgraph.ask(
    'mutation ($id: ID!) { captureLead(input: { name: "Zoe", source: WEB, customerId: $id }) { id } }',
    { id },
  );
  expect(lead.errors).toBeUndefined();
  return id;
}

/** An event as identity publishes it. */
function eventOf<T>({ type, data: schema }: EventType<T>, subject: string, data: T): CloudEvent {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: '/customer360/identity',
    type,
    subject,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: schema.parse(data),
  };
}

const erasure = (id: string): CloudEvent =>
  eventOf(customerErased, id, { customerId: id, customerIds: [id], erasedAt: new Date().toISOString() });

async function nameOf(customerId: string): Promise<string | undefined> {
  const { rows } = await client.query<{ name: string }>('SELECT name FROM lead WHERE customer_id = $1', [customerId]);
  return rows[0]?.name;
}

/** How many transactions have failed. */
async function rolledBack(): Promise<number> {
  await client.query('SELECT pg_stat_clear_snapshot()');
  const { rows } = await client.query<{ count: string }>(
    'SELECT xact_rollback AS count FROM pg_stat_database WHERE datname = current_database()',
  );
  return Number(rows[0]?.count);
}

/** What the subgraph says of its events. */
async function health(): Promise<Untyped> {
  const response = await fetch(new URL('/health', subgraph.url));
  const { outbox: _outbox, ...answer }: Untyped = await response.json();
  return answer;
}

const QUIET = { status: 'up', subgraph: 'sales', deadLetters: 0, heldEvents: 0, held: [] };

test('an erasure that waits for a lock is tried until it gets it: nothing is parked or lost, and others are erased meanwhile', async () => {
  const [ada, bob] = [await newLead(), await newLead()];
  const [first, second] = [erasure(ada), erasure(bob)];
  await client.query('BEGIN');
  await client.query('SELECT FROM lead WHERE customer_id = $1 FOR UPDATE', [ada]);
  const before = await rolledBack();
  await subgraph.publish(first);
  await subgraph.publish(second);
  // More often than what goes on failing is tried before it is parked.
  await waitUntil(async () => (await rolledBack()) >= before + 7);
  await waitUntil(async () => (await nameOf(bob)) !== 'Zoe');
  expect(await nameOf(ada)).toBe('Zoe');
  expect(await health()).toEqual({
    ...QUIET,
    heldEvents: 1,
    held: [
      {
        consumer: 'customers',
        eventId: first.id,
        type: customerErased.type,
        since: expect.any(String),
        reason: 'canceling statement due to lock timeout',
      },
    ],
  });
  await client.query('COMMIT');
  await waitUntil(async () => (await nameOf(ada)) !== 'Zoe');
  await waitUntil(async () => (await health()).heldEvents === 0);
  expect(await health()).toEqual(QUIET);
});

test('a merge that cannot be taken in is held, and so is what comes later about the same customers', async () => {
  const [ada, bob, eve] = [await newLead(), await newLead(), await newLead()];
  const at = new Date().toISOString();
  const customers = [
    { customerId: ada, parentId: bob },
    { customerId: bob, parentId: null },
  ];
  const merge = eventOf(customerMerged, bob, { customerId: ada, intoId: bob, mergedAt: at, position: 1, customers });
  await client.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'it is broken'; END $$`);
  await client.query('CREATE TRIGGER refusing BEFORE INSERT ON customer_alias EXECUTE FUNCTION refuse()');
  for (const event of [merge, erasure(ada), erasure(eve)]) await subgraph.publish(event);
  await waitUntil(async () => (await nameOf(eve)) !== 'Zoe');
  expect([await nameOf(ada), await nameOf(bob)]).toEqual(['Zoe', 'Zoe']);
  expect(await health()).toMatchObject({
    deadLetters: 0,
    heldEvents: 2,
    held: [{ eventId: merge.id, reason: 'it is broken' }],
  });
  await client.query('DROP FUNCTION refuse CASCADE');
  await waitUntil(async () => (await health()).heldEvents === 0);
  const { rows } = await client.query('SELECT canonical_id AS id FROM customer_alias WHERE customer_id = $1', [ada]);
  expect(rows).toEqual([{ id: bob }]);
  // Ada was recorded alone in what is erased.
  const names = await client.query('SELECT name FROM lead WHERE recorded_for = ANY($1) ORDER BY name', [[ada, bob]]);
  expect(names.rows.map(({ name }) => name).filter((name) => name === 'Zoe')).toHaveLength(1);
  expect(await health()).toEqual(QUIET);
});

test('an event that can never be taken in is given up by the command, and what waits behind it follows', async () => {
  const ada = await newLead();
  const [broken, behind] = [{ ...erasure(ada), data: { customerId: ada } }, erasure(ada)];
  await subgraph.publish(broken);
  await subgraph.publish(behind);
  await waitUntil(async () => (await health()).heldEvents === 2);
  const command = (...words: string[]) =>
    run(process.execPath, [resolve('dist/scripts/events/main.js'), ...words], {
      env: { ...plainEnvironment(), DATABASE_URL: subgraph.database.connection.connectionString },
    });
  const nameless = command('drop');
  expect(await nameless.ended).toMatchObject({ code: 2 });
  expect(nameless.errors()).toContain('drop takes the ids of the events to give up');
  // Identity cannot take it in either.
  const ambiguous = command('drop', broken.id);
  expect(await ambiguous.ended).toMatchObject({ code: 2 });
  expect(ambiguous.errors()).toContain(`identity.customers/${broken.id}, sales.customers/${broken.id}`);
  const dropping = command('drop', `sales.customers/${broken.id}`);
  expect(await dropping.ended).toMatchObject({ code: 0 });
  expect(dropping.output()).toBe(`${broken.id}  sales.customers  dropped\n1 dropped\n`);
  await waitUntil(async () => (await nameOf(ada)) !== 'Zoe');
  await waitUntil(async () => (await health()).heldEvents === 0);
});
