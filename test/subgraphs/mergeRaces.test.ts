import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { Untyped } from '../support/startTestSubgraph.js';
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
afterEach(async () => {
  await allSettled();
  await requireNothingParked();
});

async function requireNothingParked(): Promise<void> {
  const parked = Object.keys(graph.urls).map((name) => `SELECT reason FROM ${name}.dead_letter`);
  const rows = await graph.sql(parked.join(' UNION ALL '));
  if (rows.length > 0) throw new Error(`parked: ${JSON.stringify(rows)}`);
}

const send = (subgraph: string, call: string): Promise<Untyped> => graph.write(subgraph, call);

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
const marketing = (id: string, selection: string): Promise<Untyped> => graph.customer('marketing', id, selection);

async function casesOf(id: string): Promise<string[]> {
  const rows = await graph.sql('SELECT subject FROM service.service_case WHERE customer_id = $1 ORDER BY 1', [id]);
  return rows.map(({ subject }) => subject);
}

/** Whether a session of Postgres waits for a lock. */
async function somebodyWaits(): Promise<void> {
  await waitUntil(
    async () =>
      (await graph.sql(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`))
        .length > 0,
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

  it('may be an update of a row, and the unmerge while the rows still follow the merge', async () => {
    const held = await openCase(a, 'held');
    const other = await openCase(a, 'other');
    await client.query('BEGIN');
    await client.query(`UPDATE service.service_case SET subject = 'changed' WHERE id = $1`, [held.id]);
    await merge(a, b);
    // The rows of service follow, up to the one that is held.
    await somebodyWaits();
    await client.query('COMMIT');
    await allSettled();
    expect(await casesOf(b)).toEqual(['changed', 'other']);

    await unmerge(a);
    await allSettled();
    await client.query('BEGIN');
    await client.query('SELECT FROM service.service_case WHERE id = $1 FOR UPDATE', [other.id]);
    await merge(a, b);
    await somebodyWaits();
    await unmerge(a);
    await client.query('COMMIT');
    await allSettled();
    expect([await casesOf(a), await casesOf(b)]).toEqual([['changed', 'other'], []]);
  });

  it("is answered as done only when it is the survivor's: sixty cases at twenty a second and forty changes, with the merge in their middle", async () => {
    const opened: string[] = [];
    const labels: string[] = [];
    const locales: string[] = [];
    const opening: Promise<void>[] = [];
    /** Where there is more to do than a small pool can take, some are refused: they were not done. */
    const open = async (number: number): Promise<void> => {
      const answer = await openCase(a, `load ${number}`).catch((error: Error) => error.message);
      if (typeof answer !== 'string') opened.push(`load ${number}`);
      else if (!answer.includes('SERVICE_UNAVAILABLE')) throw new Error(answer);
    };
    // One after the other, so that it is known which of them is the last.
    const change = async (): Promise<void> => {
      for (let number = 0; number < 40; number += 1) {
        const locale = `de-${String.fromCharCode(65 + (number % 26))}${number < 26 ? 'A' : 'B'}`;
        await send('identity', `updateCustomer(id: "${a}", input: { locale: "${locale}" }) { id }`);
        locales.push(locale);
        await send('identity', `setPreference(customerId: "${a}", input: { label: "l${number}", note: "x" }) { id }`);
        labels.push(`l${number}`);
        await pause(25);
      }
    };
    const changing = change();
    let merged: Promise<unknown> | undefined;
    for (let number = 0; number < 60; number += 1) {
      opening.push(open(number));
      if (number === 30 || (merged === undefined && labels.length === 20)) merged ??= merge(a, b);
      await pause(50);
    }
    await Promise.all([...opening, changing, merged]);
    await allSettled();
    const cases = await graph.sql(`SELECT subject FROM service.service_case WHERE customer_id = $1`, [b]);
    expect(cases).toHaveLength(opened.length);
    expect(new Set(cases.map(({ subject }) => subject))).toEqual(new Set(opened));
    expect(opened.length).toBeGreaterThan(0);
    expect(labels).toHaveLength(40);
    const { customer360 } = await graph.ask('identity', `{ customer360(id: "${b}") { locale preferences { label } } }`);
    expect(new Set(customer360.preferences.map(({ label }: Untyped) => label))).toEqual(new Set(labels));
    expect(customer360.preferences).toHaveLength(40);
    expect(customer360.locale).toBe(locales.at(-1));
    // What tells of them is the survivor's as well, and goes with them.
    const told = (id: string) =>
      graph.sql(`SELECT FROM touchpoints.touchpoint WHERE customer_id = $1 AND summary LIKE '%load %'`, [id]);
    expect(await told(b)).toHaveLength(opened.length);
    await unmerge(a);
    await allSettled();
    expect([(await told(a)).length, (await told(b)).length]).toEqual([opened.length, 0]);
  }, 120_000);
});

describe('what was written while two were one', () => {
  it('is told on the timeline of whom it was written for, also when it goes on after the unmerge', async () => {
    await merge(a, b);
    await allSettled();
    const { id } = await openCase(a, 'by the old id');
    await send('service', `replyToCase(caseId: "${id}", input: { body: "More" }) { id }`);
    await allSettled();
    const tellings = () =>
      graph.sql(
        `SELECT customer_id AS id, recorded_for AS named, count(*)::int AS n FROM touchpoints.touchpoint WHERE recorded_for = ANY ($1) GROUP BY 1, 2`,
        [[a, b]],
      );
    expect(await tellings()).toEqual([{ id: b, named: a, n: 2 }]);
    await unmerge(a);
    await send('service', `resolveCase(id: "${id}", resolution: "Done") { id }`);
    await allSettled();
    expect(await tellings()).toEqual([{ id: a, named: a, n: 3 }]);
  });

  it('is a promise about a case of the other: it can be kept afterwards', async () => {
    const { id: caseId } = await openCase(a, 'promised');
    await merge(a, b);
    await allSettled();
    const promise = (what: string) =>
      send(
        'service',
        `makePromise(input: { customerId: "${b}", caseId: "${caseId}", what: "${what}", dueAt: "2030-01-01T00:00:00Z" }) { id }`,
      );
    const [kept, later] = [await promise('while merged'), await promise('afterwards')];
    expect((await send('service', `keepPromise(id: "${kept.id}") { status }`)).status).toBe('KEPT');
    await unmerge(a);
    await allSettled();
    expect((await send('service', `keepPromise(id: "${later.id}") { status }`)).status).toBe('KEPT');
  });

  it('is a withdrawal: it is written once for each of those who are one', async () => {
    await grant(a);
    await grant(b);
    await merge(a, b);
    await allSettled();
    await withdraw(a);
    await withdraw(b);
    await withdraw(a);
    const entries = await graph.sql(
      `SELECT recorded_for AS id, count(*)::int AS n FROM marketing.consent_event
       WHERE recorded_for = ANY ($1) AND action = 'WITHDRAWN' GROUP BY 1`,
      [[a, b]],
    );
    expect(new Map(entries.map(({ id, n }) => [id, n]))).toEqual(
      new Map([
        [a, 1],
        [b, 1],
      ]),
    );
    await unmerge(a);
    await allSettled();
    expect([await may(a), await may(b)]).toEqual([false, false]);
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
    await send('identity', `eraseCustomer(customerId: "${a}", reason: REQUESTED) { id }`);
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
  const { timeline } = await graph.customer('touchpoints', b, 'timeline { totalCount }');
  expect(timeline.totalCount).toBe(2);
  await unmerge(a);
  await allSettled();
  const foreign = await graph.sql(
    `SELECT t.id FROM touchpoints.touchpoint t JOIN touchpoints.journey j ON j.id = t.journey_id WHERE t.customer_id <> j.customer_id`,
  );
  expect(foreign).toEqual([]);
});
