import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { identity } from '../../subgraphs/identity/subgraph.js';
import { startTestSubgraph, type TestSubgraph, type Untyped } from '../support/startTestSubgraph.js';

let subgraph: TestSubgraph;
beforeAll(async () => {
  subgraph = await startTestSubgraph(identity);
});
afterAll(() => subgraph.stop());

async function sure(query: string, variables: object = {}): Promise<Untyped> {
  const { data, errors } = await subgraph.ask(query, variables);
  expect(errors).toBeUndefined();
  return data;
}

const sql = (statement: string, ...values: readonly unknown[]): Promise<Untyped[]> =>
  subgraph.database.dataSource.query(statement, [...values]);

let serial = 0;
/** A customer with one address of their own. */
async function newCustomer(name: string): Promise<{ id: string; email: string }> {
  serial += 1;
  const email = `${name}.${serial}@example.com`;
  const { identifyCustomer } = await sure(
    `mutation ($name: String, $email: String!) { identifyCustomer(input: { displayName: $name, emails: [$email] }) { customer { id } } }`,
    { name, email },
  );
  return { id: identifyCustomer.customer.id, email };
}

const update = (id: string, input: object): Promise<Untyped> =>
  sure('mutation ($id: ID!, $input: UpdateCustomerInput!) { updateCustomer(id: $id, input: $input) { id } }', {
    id,
    input,
  });

const FIELDS = '{ field before { recordedFor value } after { recordedFor value } notShown { recordedFor value } }';

async function merge(customerId: string, intoId: string, dryRun = false): Promise<Untyped> {
  const { mergeCustomers } = await sure(
    `mutation ($customerId: ID!, $intoId: ID!, $dryRun: Boolean!) {
      mergeCustomers(customerId: $customerId, intoId: $intoId, dryRun: $dryRun) { customer { id } mergedId isDryRun fields ${FIELDS} } }`,
    { customerId, intoId, dryRun },
  );
  return mergeCustomers;
}

const unmerge = (customerId: string): Promise<Untyped> =>
  sure('mutation ($customerId: ID!) { unmergeCustomer(customerId: $customerId) { id } }', { customerId });

const PROFILE =
  'displayName roles locale timeZone preferredChannel household { id } createdAt emails addresses { label city } preferences { label note }';

async function profile(id: string): Promise<Untyped> {
  return (await sure(`query ($id: ID!) { customer360(id: $id) { id ${PROFILE} } }`, { id })).customer360;
}

async function householdMembers(id: string): Promise<Untyped> {
  const { household } = await sure('query ($id: ID!) { household(id: $id) { members { totalCount nodes { id } } } }', {
    id,
  });
  return household.members;
}

let anna: { id: string; email: string };
let zoe: { id: string; email: string };
let householdId: string;

/** Anna, of whom much was said long ago, and Zoe, who is new. */
beforeEach(async () => {
  anna = await newCustomer('anna');
  zoe = await newCustomer('zoe');
  householdId = (await sure('mutation { createHousehold(name: "Beispiel") { id } }')).createHousehold.id;
  await update(anna.id, { locale: 'de-AT', preferredChannel: 'PHONE', roles: ['CUSTOMER'], householdId });
  await sql(`UPDATE customer_record SET created_at = '2015-03-01' WHERE id = $1`, anna.id);
});

describe('who is merged', () => {
  it('leaves the survivor what only they had', async () => {
    await merge(anna.id, zoe.id);
    expect(await profile(zoe.id)).toMatchObject({
      id: zoe.id,
      displayName: 'zoe',
      roles: ['PROSPECT', 'CUSTOMER'],
      locale: 'de-AT',
      timeZone: null,
      preferredChannel: 'PHONE',
      household: { id: householdId },
      createdAt: '2015-03-01T00:00:00.000Z',
      emails: [zoe.email, anna.email],
    });
    expect(await householdMembers(householdId)).toEqual({ totalCount: 1, nodes: [{ id: zoe.id }] });
  });

  it('is in a household once where both were in it', async () => {
    await update(zoe.id, { householdId });
    await merge(anna.id, zoe.id);
    expect(await householdMembers(householdId)).toEqual({ totalCount: 1, nodes: [{ id: zoe.id }] });
  });

  it('does not stand for what the survivor says, or what somebody emptied there', async () => {
    await update(zoe.id, { locale: 'fr', preferredChannel: 'EMAIL' });
    await update(zoe.id, { preferredChannel: null });
    await merge(anna.id, zoe.id);
    expect(await profile(zoe.id)).toMatchObject({
      locale: 'fr',
      preferredChannel: null,
      household: { id: householdId },
    });
  });

  it('is as before after an unmerge, and so is the survivor', async () => {
    const before = [await profile(anna.id), await profile(zoe.id)];
    await merge(anna.id, zoe.id);
    await unmerge(anna.id);
    expect([await profile(anna.id), await profile(zoe.id)]).toEqual(before);
    expect(await householdMembers(householdId)).toMatchObject({ nodes: [{ id: anna.id }] });
  });

  it('counts in the order in which it was said, where several were merged', async () => {
    const eva = await newCustomer('eva');
    await update(eva.id, { locale: 'it' });
    await merge(anna.id, zoe.id);
    await merge(eva.id, zoe.id);
    expect(await profile(zoe.id)).toMatchObject({ locale: 'it' });
    await unmerge(eva.id);
    expect(await profile(zoe.id)).toMatchObject({ locale: 'de-AT' });
  });
});

it('who has an address twice, because two were merged who had it, is found by it', async () => {
  for (const { id } of [anna, zoe]) await update(id, { emails: ['both@example.com'] });
  await merge(anna.id, zoe.id);
  const { customer360 } = await sure('{ customer360(email: "both@example.com") { id emails } }');
  expect(customer360).toEqual({ id: zoe.id, emails: ['both@example.com'] });
  await unmerge(anna.id);
  const { errors } = await subgraph.ask('{ customer360(email: "both@example.com") { id } }');
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'email' });
});

describe('what is changed of one who was merged', () => {
  beforeEach(() => merge(anna.id, zoe.id));

  it.each(['survivor', 'old id'])(
    'is seen at once, by the %s, and is theirs who was named after an unmerge',
    async (by) => {
      const named = by === 'old id' ? anna : zoe;
      await update(named.id, { locale: 'es', timeZone: 'Europe/Madrid', householdId: null });
      expect(await profile(zoe.id)).toMatchObject({ locale: 'es', timeZone: 'Europe/Madrid', household: null });
      await unmerge(anna.id);
      expect(await profile(zoe.id)).toMatchObject({ locale: 'es', household: null });
      expect(await profile(anna.id)).toMatchObject(
        named === anna ? { locale: 'es', household: null } : { locale: 'de-AT', household: { id: householdId } },
      );
    },
  );

  it('takes a role from both', async () => {
    await update(zoe.id, { roles: ['SUPPLIER'] });
    expect(await profile(zoe.id)).toMatchObject({ roles: ['SUPPLIER'] });
    await unmerge(anna.id);
    expect(await profile(anna.id)).toMatchObject({ roles: [] });
  });
});

const value = (of: Untyped, name: string): Untyped => of.fields.find(({ field }: Untyped) => field === name);

const everything = async (): Promise<Untyped> => [
  await sql('SELECT * FROM customer ORDER BY id'),
  await sql('SELECT * FROM customer_record ORDER BY id'),
  await sql('SELECT * FROM customer_alias ORDER BY customer_id'),
];

describe('a merge that is only tried', () => {
  it('tells field by field what would change, where each value comes from, and what would not be seen', async () => {
    await update(zoe.id, { timeZone: 'Europe/Rome' });
    await update(anna.id, { timeZone: 'Europe/Vienna' });
    const { id: annaId } = anna;
    const addressed = `mutation ($id: ID!, $city: String) { setAddress(customerId: $id, input: { label: "home", lines: ["Weg 1"], city: $city, country: "AT" }) { id } }`;
    await sure(addressed, { id: anna.id, city: 'Wien' });
    await sure(addressed, { id: zoe.id, city: 'Graz' });
    const tried = await merge(anna.id, zoe.id, true);
    expect(tried).toMatchObject({ customer: { id: zoe.id }, mergedId: annaId, isDryRun: true });
    expect(tried.fields.map(({ field }: Untyped) => field)).toEqual([
      'displayName',
      'roles',
      'locale',
      'timeZone',
      'preferredChannel',
      'household',
      'createdAt',
      'emails',
      'addresses',
    ]);
    expect(value(tried, 'displayName')).toMatchObject({
      before: [{ recordedFor: zoe.id, value: 'zoe' }],
      after: [{ recordedFor: zoe.id, value: 'zoe' }],
      notShown: [{ recordedFor: annaId, value: 'anna' }],
    });
    expect(value(tried, 'locale')).toEqual({
      field: 'locale',
      before: [],
      after: [{ recordedFor: annaId, value: 'de-AT' }],
      notShown: [],
    });
    expect(value(tried, 'timeZone')).toMatchObject({
      after: [{ recordedFor: zoe.id, value: 'Europe/Rome' }],
      notShown: [{ recordedFor: annaId, value: 'Europe/Vienna' }],
    });
    expect(value(tried, 'emails').after).toEqual([
      { recordedFor: zoe.id, value: zoe.email },
      { recordedFor: annaId, value: anna.email },
    ]);
    expect(value(tried, 'addresses').notShown).toEqual([{ recordedFor: annaId, value: 'home: Weg 1, Wien, AT' }]);
  });

  it('changes nothing, and tells what the merge then does', async () => {
    const before = await everything();
    const tried = await merge(anna.id, zoe.id, true);
    expect(await everything()).toEqual(before);
    const done = await merge(anna.id, zoe.id);
    expect(done.isDryRun).toBe(false);
    expect(done.fields).toEqual(tried.fields);
  });

  it('is refused where the merge is', async () => {
    const { errors } = await subgraph.ask(
      `mutation ($id: ID!) { mergeCustomers(customerId: $id, intoId: $id, dryRun: true) { mergedId } }`,
      { id: anna.id },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'intoId' });
  });
});

it('an erased customer leaves no record', async () => {
  await merge(anna.id, zoe.id);
  await sure('mutation ($id: ID!) { eraseCustomer(customerId: $id, reason: REQUESTED) { id } }', { id: zoe.id });
  expect(await sql('SELECT id FROM customer_record WHERE id = ANY ($1)', [anna.id, zoe.id])).toEqual([]);
  expect(await sql('SELECT id FROM household WHERE id = $1', householdId)).toEqual([]);
});
