import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { type CloudEvent, customerErased, type EventType } from '../../schema/contract.js';
import { sales } from '../../subgraphs/sales/subgraph.js';
import { startTestSubgraph, type TestSubgraph } from '../support/startTestSubgraph.js';
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

/** Waits until transactions have failed so often more. */
async function untilRolledBack(times: number): Promise<void> {
  const read = async () => {
    await client.query('SELECT pg_stat_clear_snapshot()');
    const { rows } = await client.query<{ count: string }>(
      'SELECT xact_rollback AS count FROM pg_stat_database WHERE datname = current_database()',
    );
    return Number(rows[0]?.count);
  };
  const before = await read();
  await waitUntil(async () => (await read()) >= before + times);
}

test('an erasure that waits for a lock is tried until it gets it: nothing is parked, nothing is lost', async () => {
  const ada = await newLead();
  await client.query('BEGIN');
  await client.query('SELECT FROM lead WHERE customer_id = $1 FOR UPDATE', [ada]);
  await subgraph.publish(erasure(ada));
  // More often than what goes on failing is tried before it is parked.
  await untilRolledBack(7);
  expect(await nameOf(ada)).toBe('Zoe');
  expect((await client.query('SELECT FROM dead_letter')).rows).toEqual([]);
  await client.query('COMMIT');
  await waitUntil(async () => (await nameOf(ada)) !== 'Zoe');
  expect((await client.query('SELECT FROM erased_customer WHERE customer_id = $1', [ada])).rows).toHaveLength(1);
});
