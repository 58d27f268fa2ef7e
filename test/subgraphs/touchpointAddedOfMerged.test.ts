import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { v7 as uuid } from 'uuid';
import { touchpoints } from '../../subgraphs/touchpoints/subgraph.js';
import { gatewaySocket, type GatewaySocket } from '../support/asGateway.js';
import { nextAnswer } from '../support/liveGateway.js';
import { startTestSubgraph, type TestSubgraph, type Untyped } from '../support/startTestSubgraph.js';
import { waitUntil } from '../support/waitUntil.js';

const ADDED = `subscription ($ids: [ID!], $after: String) {
  touchpointAdded(filter: { customerIds: $ids }, after: $after) { cursor touchpoint { summary } }
}`;

let subgraph: TestSubgraph & { identity: TestSubgraph };
let client: GatewaySocket;
let ada: string;
let bob: string;

/** What somebody sees who subscribed to these customers, one after the other. */
function watch(ids: readonly string[], after: string | null = null): { next(): Promise<string>; end(): Promise<void> } {
  const events = client.iterate({ query: ADDED, variables: { ids, after } });
  return {
    async next() {
      const { data, errors } = await nextAnswer(events);
      expect(errors).toBeUndefined();
      return (data as Untyped).touchpointAdded.touchpoint.summary;
    },
    end: async () => void (await events.return?.()),
  };
}

async function change(query: string): Promise<Untyped> {
  const { data, errors } = await subgraph.identity.ask(`mutation { ${query} }`);
  expect(errors).toBeUndefined();
  return Object.values(data)[0];
}

async function person(name: string): Promise<string> {
  const made = await change(
    `identifyCustomer(input: { displayName: "${name}", emails: ["${uuid()}@example.com"] }) { customer { id } }`,
  );
  return made.customer.id;
}

async function record(customerId: string, summary: string): Promise<void> {
  const { errors } = await subgraph.ask(
    'mutation ($input: RecordTouchpointInput!) { recordTouchpoint(input: $input) { id } }',
    { input: { customerId, summary, channel: 'PHONE', direction: 'INBOUND', department: 'SERVICE' } },
  );
  expect(errors).toBeUndefined();
}

const sql = (statement: string, ...values: unknown[]): Promise<Untyped[]> =>
  subgraph.database.dataSource.query(statement, values);

/** Until touchpoints knows whose the rows of Ada are. */
async function untilOwnedBy(ownerId: string): Promise<void> {
  await waitUntil(async () => {
    const known = await sql(
      'SELECT FROM customer_alias WHERE customer_id = $1 AND canonical_id = $2 AND is_applied',
      ada,
      ownerId,
    );
    return known.length === 1;
  });
}

/** Until as many subscriptions have begun: the first event of each is theirs alone, so that nothing is missed. */
async function untilListening(): Promise<void> {
  await waitUntil(async () => {
    const [row] = await sql(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN "customer360.touchpoints.recorded"'`,
    );
    return row.n === 1;
  });
}

beforeAll(async () => {
  subgraph = await startTestSubgraph(touchpoints);
  client = gatewaySocket('touchpoints', subgraph.url);
});
afterAll(async () => {
  await client.dispose();
  await subgraph.stop();
});
beforeEach(async () => {
  [ada, bob] = [await person('Ada'), await person('Bob')];
});

test('open subscriptions of both ids show what is recorded of either while they are merged, and each their own afterwards', async () => {
  const [adas, bobs] = [watch([ada]), watch([bob])];
  const first = [adas.next(), bobs.next()];
  await untilListening();
  await record(ada, 'of Ada alone');
  await record(bob, 'of Bob alone');
  expect(await Promise.all(first)).toEqual(['of Ada alone', 'of Bob alone']);

  await change(`mergeCustomers(customerId: "${ada}", intoId: "${bob}") { customer { id } }`);
  await untilOwnedBy(bob);
  await record(ada, 'of Ada, merged');
  await record(bob, 'of both');
  for (const stream of [adas, bobs])
    expect([await stream.next(), await stream.next()]).toEqual(['of Ada, merged', 'of both']);

  await change(`unmergeCustomer(customerId: "${ada}") { id }`);
  await untilOwnedBy(ada);
  await record(bob, 'of Bob again');
  await record(ada, 'of Ada again');
  expect(await adas.next()).toBe('of Ada again');
  expect(await bobs.next()).toBe('of Bob again');
  await adas.end();
  await bobs.end();
});

test('who subscribes by the id of one who was merged, or comes back by it, sees all of the survivor', async () => {
  const before = client.iterate({ query: ADDED, variables: { ids: [ada] } });
  const first = nextAnswer(before);
  await untilListening();
  await record(ada, 'seen');
  const { cursor } = ((await first).data as Untyped).touchpointAdded;
  await before.return?.();
  await record(bob, 'missed of Bob');
  await record(ada, 'missed of Ada');
  await change(`mergeCustomers(customerId: "${ada}", intoId: "${bob}") { customer { id } }`);
  await untilOwnedBy(bob);
  for (const id of [ada, bob]) {
    const stream = watch([id.toUpperCase()], cursor);
    expect([await stream.next(), await stream.next()]).toEqual(['missed of Bob', 'missed of Ada']);
    const live = stream.next();
    await record(bob, `live by ${id}`);
    expect(await live).toBe(`live by ${id}`);
    await stream.end();
    // The other begins behind it.
    if (id === ada) await sql('DELETE FROM touchpoint WHERE summary = $1', `live by ${ada}`);
  }
});
