import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { askSubgraph, type Untyped } from '../support/startTestSubgraph.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';
import { tellOfCustomer } from '../support/tellOfCustomer.js';
import { settled } from '../support/settled.js';

const SCHEMAS = ['identity', 'sales', 'service', 'feedback', 'marketing', 'touchpoints'];
const PEOPLE = 5;

let graph: TestSubgraphs;
let people: string[];
let employee: string;

async function sql(statement: string, ...values: readonly unknown[]): Promise<Untyped[]> {
  return graph.sql(statement, values);
}

const byText = (one: string, other: string): number => (one < other ? -1 : 1);
const tell = (id: string, number: number, next: string) => tellOfCustomer(sql, { id, number, next, employee });

const write = (subgraph: string, call: string, selection = '{ id }'): Promise<Untyped> =>
  graph.write(subgraph, `${call} ${selection}`);

const merge = async (from: string, into: string): Promise<Untyped> =>
  (await write('identity', `mergeCustomers(customerId: "${from}", intoId: "${into}")`, '{ customer { id mergedIds } }'))
    .customer;
const unmerge = (id: string) => write('identity', `unmergeCustomer(customerId: "${id}")`, '{ id mergedIds }');

/** Every row of every table of the departments, but for what says when and how often it changed, and what the kit keeps for itself. */
async function everything(): Promise<Untyped> {
  const tables = await sql(
    `SELECT table_schema || '.' || table_name AS name FROM information_schema.tables WHERE table_schema = ANY($1)
     AND table_type = 'BASE TABLE' AND table_name NOT IN ('migration', 'inbox', 'outbox', 'audit_entry', 'idempotency_key', 'customer_alias', 'applied_merge', 'merging_subgraph') ORDER BY 1`,
    SCHEMAS,
  );
  const found: Untyped = {};
  for (const { name } of tables) {
    const rows = await sql(`SELECT (to_jsonb(t) - 'version' - 'updated_at')::text AS row FROM ${name} t ORDER BY 1`);
    found[name] = rows.map(({ row }) => row);
  }
  return found;
}

const allSettled = (): Promise<void> => settled(sql, SCHEMAS);

const entity = (subgraph: string, id: string, selection: string): Promise<Untyped> =>
  graph.customer(subgraph, id, selection);

/** What can be counted of a customer. */
async function figures(id: string): Promise<Untyped> {
  return {
    sales: await entity('sales', id, 'id activities { totalCount } orders { totalCount } opportunities { totalCount }'),
    service: await entity('service', id, 'id cases { totalCount } promises { totalCount } goodwill { totalCount }'),
    feedback: await entity('feedback', id, 'id responses { totalCount } reviews { totalCount }'),
    touchpoints: await entity('touchpoints', id, 'id timeline { totalCount }'),
  };
}

beforeAll(async () => {
  graph = await startTestSubgraphs();
  employee = (await write('identity', 'createEmployee(input: { name: "Eva Lang" })')).id;
  await allSettled();
  await write(
    'identity',
    'identifyCustomer(input: { displayName: "Firm", kind: ORGANIZATION, emails: ["firm@example.com"] })',
    '{ created }',
  );
  await write('feedback', 'createSurvey(input: { title: "Us", kind: NPS, question: "Well?" })');
  await sql(`INSERT INTO marketing.segment (id, name) VALUES (gen_random_uuid(), 'All')`);
  await sql(
    `INSERT INTO marketing.campaign (id, name, channel, starts_at) VALUES (gen_random_uuid(), 'Spring', 'EMAIL', now())`,
  );
  people = [];
  for (let number = 0; number < PEOPLE; number += 1) {
    const made = await write(
      'identity',
      `identifyCustomer(input: { displayName: "P ${number}", emails: ["p${number}@example.com"] })`,
      '{ customer { id } }',
    );
    people.push(made.customer.id);
  }
  for (const [number, id] of people.entries()) await tell(id, number, people[(number + 1) % PEOPLE] ?? '');
});
afterAll(() => graph.stop());

describe('customers who are merged', () => {
  let a: string;
  let b: string;
  let before: Untyped;
  beforeEach(async () => {
    for (const id of people) await unmerge(id);
    await allSettled();
    [a = '', b = ''] = people;
    before = await everything();
  });

  test('are one everywhere, by either id, and two again when it is taken back', async () => {
    const alone = [await figures(a), await figures(b)];
    expect(await merge(a, b)).toEqual({ id: b, mergedIds: [a] });
    await allSettled();
    const both = await figures(b);
    expect(await figures(a)).toEqual(both);
    for (const [subgraph, fields] of Object.entries<Untyped>(both)) {
      expect(fields.id).toBe(b);
      for (const [name, value] of Object.entries<Untyped>(fields)) {
        if (name === 'id') continue;
        const sum = alone[0][subgraph][name].totalCount + alone[1][subgraph][name].totalCount;
        expect([subgraph, name, value.totalCount]).toEqual([subgraph, name, sum]);
      }
    }
    const found = await graph.ask(
      'identity',
      `{ old: customer360(id: "${a}") { id } email: customer360(email: "p0@example.com") { id emails phones }
         customers { nodes { id } } search: customers(search: "P 0") { totalCount } }`,
    );
    expect(found.old).toEqual({ id: b });
    expect(found.email).toMatchObject({ id: b, emails: expect.arrayContaining(['p0@example.com', 'p1@example.com']) });
    expect(found.email.phones).toHaveLength(2);
    expect(found.customers.nodes).not.toContainEqual({ id: a });
    expect(found.search.totalCount).toBe(0);
    expect(await unmerge(a)).toEqual({ id: a, mergedIds: [] });
    await allSettled();
    expect(await everything()).toEqual(before);
  });

  test('are written of by the old id as well, also by an event that comes late and a call that is sent again', async () => {
    const call = `openOpportunity(input: { customerId: "${a}", name: "Repeated" }, idempotencyKey: "again")`;
    const first = await write('sales', call);
    await merge(a, b);
    await allSettled();
    expect(await write('sales', call)).toEqual(first);
    const { id } = await write('sales', `openOpportunity(input: { customerId: "${a}", name: "By the old id" })`);
    expect(await sql('SELECT customer_id FROM sales.opportunity WHERE id = $1', id)).toEqual([{ customer_id: b }]);
    const event = {
      specversion: '1.0',
      id: '019b1c7e-8f3a-7c51-9a55-0f5d8f0f2a12',
      source: '/customer360/sales',
      type: 'customer360.touchpoint.reported.v1',
      subject: a,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data: {
        customerId: a,
        occurredAt: new Date().toISOString(),
        channel: 'PHONE',
        direction: 'INBOUND',
        kind: 'NOTE',
        department: 'SALES',
        summary: 'late',
        source: { type: 'Order', id: 'late' },
      },
    };
    await sql(`INSERT INTO sales.outbox (event) VALUES ($1)`, JSON.stringify(event));
    await sql(`NOTIFY "customer360.outbox.sales"`);
    await allSettled();
    const touchpoints = await sql(`SELECT customer_id FROM touchpoints.touchpoint WHERE summary = 'late'`);
    expect(touchpoints).toEqual([{ customer_id: b }]);
  });

  test.each([
    ['the same', () => [a, a]],
    ['a person and a firm', () => [a, 'firm']],
    ['unknown', () => [a, '00000000-0000-4000-8000-000000000000']],
  ])('cannot be %s', async (_what, pair) => {
    const [firm] = await sql(`SELECT id FROM identity.customer WHERE kind = 'ORGANIZATION'`);
    const [from = '', into = ''] = pair().map((id) => (id === 'firm' ? firm.id : id));
    const { errors } = await askSubgraph(
      'identity',
      graph.urls['identity'] ?? '',
      `mutation { mergeCustomers(customerId: "${from}", intoId: "${into}") { customer { id } } }`,
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'intoId' });
  });

  test('are as if they had never been, whatever was merged and taken back in whichever order', async () => {
    const person = fc.integer({ min: 0, max: PEOPLE - 1 });
    const step = fc.record({ kind: fc.constantFrom('merge', 'merge', 'unmerge'), from: person, into: person });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 10 }), async (steps) => {
        /** Into whom each is merged. */
        const parents = new Map<string, string>();
        const rootOf = (id: string): string => {
          const parent = parents.get(id);
          return parent === undefined ? id : rootOf(parent);
        };
        for (const { kind, from, into } of steps) {
          const [source = '', target = ''] = [people[from], people[into]];
          if (kind === 'unmerge') {
            await unmerge(source);
            parents.delete(source);
          } else if (!parents.has(source) && rootOf(target) !== source) {
            await merge(source, target);
            parents.set(source, rootOf(target));
          }
        }
        await allSettled();
        const held = await sql('SELECT customer_id AS id, count(*)::int AS n FROM sales.customer_order GROUP BY 1');
        const expected = new Map<string, number>();
        for (const id of people) expected.set(rootOf(id), (expected.get(rootOf(id)) ?? 0) + 1);
        expect(new Map(held.map(({ id, n }) => [id, n]))).toEqual(expected);
        for (const id of people) await unmerge(id);
        await allSettled();
        expect(await everything()).toEqual(before);
      }),
      { numRuns: 12, seed: 20261122 },
    );
  });
});

test('households, organizations, hand-overs and referrals name the current id, each person once', async () => {
  const [a = '', b = '', , , e = ''] = people;
  for (const id of people.slice(0, 2)) await unmerge(id);
  await allSettled();
  const household = (await write('identity', 'createHousehold(name: "Both")')).id;
  for (const id of [a, b])
    await write('identity', `updateCustomer(id: "${id}", input: { householdId: "${household}" })`);
  const manager = (await write('identity', 'createEmployee(input: { name: "Ida Berg" })')).id;
  const successor = (await write('identity', 'createEmployee(input: { name: "Ole Hein" })')).id;
  for (const id of [a, b])
    await write('sales', `assignAccount(customerId: "${id}", ownerId: "${manager}")`, '{ version }');
  const handover = (await write('sales', `reassignPortfolio(from: "${manager}", to: "${successor}")`)).id;
  // The first of them they referred before.
  await write('feedback', `recordReferral(input: { customerId: "${e}", referredCustomerId: "${b}" })`);
  const named = async () => {
    const [firm] = await sql(`SELECT id FROM identity.customer WHERE kind = 'ORGANIZATION'`);
    const identity = await graph.ask(
      'identity',
      `{ household(id: "${household}") { members { totalCount nodes { id } } }
         customer360(id: "${firm.id}") { members { totalCount nodes { person { id } } } } }`,
    );
    const sales = await graph.ask(
      'sales',
      `{ handover(id: "${handover}") { accountCount items(kind: ACCOUNT) { totalCount nodes { account { id } } } } }`,
    );
    const { referrals } = await entity('feedback', e, 'referrals { totalCount nodes { referredCustomer { id } } }');
    const lists: Record<string, string[]> = {
      household: identity.household.members.nodes.map(({ id }: Untyped) => id),
      organization: identity.customer360.members.nodes.map(({ person }: Untyped) => person.id),
      handover: sales.handover.items.nodes.map(({ account }: Untyped) => account.id),
      referrals: referrals.nodes.map(({ referredCustomer }: Untyped) => referredCustomer.id),
    };
    const counts = [identity.household.members, identity.customer360.members, sales.handover.items, referrals];
    expect(counts.map(({ totalCount }) => totalCount)).toEqual(Object.values(lists).map((list) => list.length));
    expect(sales.handover.accountCount).toBe(lists['handover']?.length);
    return Object.fromEntries(
      Object.entries(lists).map(([name, ids]) => [name, ids.filter((id) => both.includes(id)).toSorted(byText)]),
    );
  };
  const both = [a, b].toSorted(byText);
  const apart = { household: both, organization: both, handover: both, referrals: both };
  expect(await named()).toEqual(apart);
  await merge(a, b);
  await allSettled();
  expect(await named()).toEqual({ household: [b], organization: [b], handover: [b], referrals: [b] });
  await unmerge(a);
  await allSettled();
  expect(await named()).toEqual(apart);
});

test('a customer who is erased takes those along who were merged into them', async () => {
  const [, , c = '', d = ''] = people;
  await merge(c, d);
  await write('identity', `eraseCustomer(customerId: "${c}", reason: MISTAKE)`);
  await allSettled();
  const rows = await sql(`SELECT id, display_name AS name FROM identity.customer WHERE id = ANY($1)`, [c, d]);
  expect(rows.map(({ name }) => name)).toEqual(['Erased customer', 'Erased customer']);
});
