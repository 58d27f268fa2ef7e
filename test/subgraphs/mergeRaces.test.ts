import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { askSubgraph, type Untyped } from '../support/startTestSubgraph.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';
import { waitUntil } from '../support/waitUntil.js';
import { settled } from '../support/settled.js';

let graph: TestSubgraphs;
let client: Client;
let serial = 0;
let [a, b, c] = ['', '', ''];

beforeAll(async () => {
  graph = await startTestSubgraphs();
  client = new Client({ connectionString: graph.databaseUrl });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await graph.stop();
});
beforeEach(async () => {
  [a, b, c] = [await newCustomer(), await newCustomer(), await newCustomer()];
});

async function send(subgraph: string, call: string): Promise<Untyped> {
  const { data, errors } = await askSubgraph(subgraph, graph.urls[subgraph] ?? '', `mutation { ${call} }`);
  if (errors) throw new Error(JSON.stringify(errors));
  return Object.values(data)[0];
}

async function newCustomer(): Promise<string> {
  serial += 1;
  const call = `identifyCustomer(input: { displayName: "P ${serial}", emails: ["p${serial}@example.com"] }) { customer { id } }`;
  return (await send('identity', call)).customer.id;
}

const merge = (from: string, into: string) =>
  send('identity', `mergeCustomers(customerId: "${from}", intoId: "${into}") { customer { id } }`);
const unmerge = (id: string) => send('identity', `unmergeCustomer(customerId: "${id}") { id }`);
const openCase = (id: string, subject: string) =>
  send(
    'service',
    `openCase(input: { customerId: "${id}", subject: "${subject}", kind: COMPLAINT, channel: EMAIL, body: "B" }) { id }`,
  );

const may = async (id: string): Promise<boolean> =>
  (await marketing(id, 'mayContact(purpose: MARKETING, channel: EMAIL) { allowed }')).mayContact.allowed;
const grant = (id: string) =>
  send(
    'marketing',
    `grantConsent(input: { customerId: "${id}", purpose: MARKETING, channel: EMAIL, source: "web", text: "I agree" }) { id }`,
  );
const withdraw = (id: string) =>
  send(
    'marketing',
    `withdrawConsent(input: { customerId: "${id}", purpose: MARKETING, channel: EMAIL, source: "web" }) { id }`,
  );
const contact = (id: string, summary: string) =>
  send(
    'touchpoints',
    `recordTouchpoint(input: { customerId: "${id}", channel: PHONE, direction: INBOUND, kind: CASE, department: SERVICE, summary: "${summary}" }) { id }`,
  );

const allSettled = (): Promise<void> => settled((statement) => graph.sql(statement), Object.keys(graph.urls));

/** What marketing says of a customer. */
async function marketing(id: string, selection: string): Promise<Untyped> {
  const { _entities } = await graph.ask(
    'marketing',
    `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { ${selection} } } }`,
    { r: [{ __typename: 'Customer', id }] },
  );
  return _entities[0];
}

/** Whether a session of Postgres waits for a lock. */
async function somebodyWaits(): Promise<void> {
  await waitUntil(
    async () => (await graph.sql(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`)).length > 0,
  );
}

describe('what races a merge', () => {
  it('lands with the survivor: a case that was being written, and one that is written by the old id afterwards', async () => {
    await client.query('BEGIN');
    await client.query(
      `INSERT INTO service.service_case (id, customer_id, subject, kind, channel, opened_at, first_response_due_at, resolution_due_at)
       VALUES (gen_random_uuid(), $1, 'held open', 'COMPLAINT', 'EMAIL', now(), now(), now())`,
      [a],
    );
    await merge(a, b);
    await client.query('COMMIT');
    await openCase(a, 'afterwards');
    await allSettled();
    const cases = await graph.sql(
      'SELECT subject, customer_id AS id, recorded_for AS named FROM service.service_case WHERE recorded_for = $1 ORDER BY 1',
      [a],
    );
    expect(cases).toEqual([
      { subject: 'afterwards', id: b, named: a },
      { subject: 'held open', id: b, named: a },
    ]);
    await unmerge(a);
    await allSettled();
    expect(await graph.sql('SELECT FROM service.service_case WHERE customer_id = $1', [a])).toHaveLength(2);
    expect(await graph.sql('SELECT FROM service.service_case WHERE customer_id = $1', [b])).toHaveLength(0);
  });

  it('may be another merge: who waited for one that went first finds the survivor of both', async () => {
    await client.query('BEGIN');
    await client.query('SELECT FROM identity.customer WHERE id = ANY($1) FOR UPDATE', [[a, b, c]]);
    const both = Promise.all([merge(a, b), merge(b, c)]);
    await somebodyWaits();
    await client.query('COMMIT');
    await both;
    await allSettled();
    for (const schema of Object.keys(graph.urls)) {
      const aliases = await graph.sql(
        `SELECT customer_id AS id, canonical_id AS now FROM ${schema}.customer_alias WHERE customer_id = ANY($1)`,
        [[a, b]],
      );
      expect([schema, new Map(aliases.map(({ id, now }) => [id, now]))]).toEqual([
        schema,
        new Map([
          [a, c],
          [b, c],
        ]),
      ]);
    }
  });

  it('may be a change of who they are: it is the change of the survivor', async () => {
    await client.query('BEGIN');
    await client.query('SELECT FROM identity.customer WHERE id = $1 FOR UPDATE', [a]);
    const merged = merge(a, b);
    await somebodyWaits();
    const changed = send('identity', `updateCustomer(id: "${a}", input: { locale: "de-AT" }) { id locale }`);
    await client.query('COMMIT');
    await merged;
    await changed;
    await allSettled();
    const { customer360 } = await graph.ask('identity', `{ customer360(id: "${a}") { id locale } }`);
    // Whichever of them went first, nothing that was answered as done is lost to whoever asks.
    expect(customer360).toEqual({ id: b, locale: 'de-AT' });
  });

  it("is answered as done only when it is the survivor's: sixty cases and forty changes, with the merge in their middle", async () => {
    const answered: string[] = [];
    const labels: string[] = [];
    const write = async (number: number): Promise<void> => {
      await openCase(a, `load ${number}`);
      answered.push(`load ${number}`);
      if (number % 3 === 2) return;
      await send('identity', `setPreference(customerId: "${a}", input: { label: "l${number}", note: "x" }) { id }`);
      labels.push(`l${number}`);
    };
    const writes: Promise<void>[] = [];
    let merged: Promise<unknown> | undefined;
    for (let number = 0; number < 60; number += 1) {
      writes.push(write(number));
      if (number === 30) merged = merge(a, b);
      if (number % 6 === 5) await writes[number - 3];
    }
    await Promise.all([...writes, merged]);
    await allSettled();
    const cases = await graph.sql(`SELECT subject FROM service.service_case WHERE customer_id = $1`, [b]);
    expect(new Set(cases.map(({ subject }) => subject))).toEqual(new Set(answered));
    expect(cases).toHaveLength(60);
    expect(answered).toHaveLength(60);
    const { customer360 } = await graph.ask('identity', `{ customer360(id: "${b}") { preferences { label } } }`);
    expect(new Set(customer360.preferences.map(({ label }: Untyped) => label))).toEqual(new Set(labels));
    expect(customer360.preferences).toHaveLength(40);
  });
});

describe('what follows from consents', () => {
  it.each(['the one who was merged', 'the survivor'])(
    'a no that is said by the id of %s holds for both, also apart',
    async (who) => {
      await grant(a);
      await merge(a, b);
      await allSettled();
      expect(await may(b)).toBe(true);
      await withdraw(who === 'the survivor' ? b : a);
      expect(await may(b)).toBe(false);
      await unmerge(a);
      await allSettled();
      expect([await may(a), await may(b)]).toEqual([false, false]);
    },
  );

  it('who was erased is in no segment, also when its members are found anew', async () => {
    await grant(a);
    await grant(b);
    const rule = '{ consent: { purpose: MARKETING, channel: EMAIL } }';
    const { id } = await send(
      'marketing',
      `createSegment(input: { name: "Of the erased ${serial}", rule: ${rule} }) { id }`,
    );
    await send('identity', `eraseCustomer(id: "${a}", reason: REQUESTED) { id }`);
    await allSettled();
    await send('marketing', `updateSegment(id: "${id}", input: { rule: { all: [${rule}] } }) { id }`);
    const members = await graph.sql(
      'SELECT customer_id AS id FROM marketing.segment_member WHERE segment_id = $1 AND customer_id = ANY($2)',
      [id, [a, b]],
    );
    expect(members).toEqual([{ id: b }]);
  });

  it('members of segments are found anew, at a merge and at an unmerge', async () => {
    await grant(a);
    const { id: segment } = await send(
      'marketing',
      `createSegment(input: { name: "May be written to ${serial}", rule: { consent: { purpose: MARKETING, channel: EMAIL } } }) { id }`,
    );
    await grant(b);
    await withdraw(b);
    const members = async (): Promise<string[]> => {
      const rows = await graph.sql(
        'SELECT customer_id AS id FROM marketing.segment_member WHERE segment_id = $1 AND customer_id = ANY($2)',
        [segment, [a, b]],
      );
      return rows.map(({ id }) => id);
    };
    expect(await members()).toEqual([a]);
    await merge(a, b);
    await allSettled();
    expect(await members()).toEqual([]);
    await unmerge(a);
    await allSettled();
    expect(await members()).toEqual([a]);
    await merge(b, a);
    await allSettled();
    expect(await members()).toEqual([]);
    await grant(a);
    await allSettled();
    expect(await members()).toEqual([a]);
    await unmerge(b);
    await allSettled();
    expect(await members()).toEqual([a]);
  });
});

it('a touchpoint does not point into the journey of somebody else', async () => {
  await contact(a, 'The delivery of order O-4711 is late');
  await merge(a, b);
  await allSettled();
  await contact(b, 'Again about order O-4711');
  const { timeline } = (
    await graph.ask(
      'touchpoints',
      `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { timeline { totalCount } } } }`,
      {
        r: [{ __typename: 'Customer', id: b }],
      },
    )
  )._entities[0];
  expect(timeline.totalCount).toBe(2);
  await unmerge(a);
  await allSettled();
  const foreign = await graph.sql(
    `SELECT t.id FROM touchpoints.touchpoint t JOIN touchpoints.journey j ON j.id = t.journey_id WHERE t.customer_id <> j.customer_id`,
  );
  expect(foreign).toEqual([]);
});
