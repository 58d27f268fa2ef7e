import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pino } from 'pino';
import { v7 as uuid } from 'uuid';
import { Address } from '../../subgraphs/identity/entities/Address.js';
import { Customer } from '../../subgraphs/identity/entities/Customer.js';
import { CustomerIdentifier } from '../../subgraphs/identity/entities/CustomerIdentifier.js';
import { Employee } from '../../subgraphs/identity/entities/Employee.js';
import { ExternalId } from '../../subgraphs/identity/entities/ExternalId.js';
import { identity } from '../../subgraphs/identity/subgraph.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import { startSubgraph } from '../../subgraphs/kit/serve/startSubgraph.js';
import { planOf } from '../support/planOf.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { createTestDatabase } from '../support/postgres.js';
import { askSubgraph, startTestSubgraph, type TestSubgraph } from '../support/startTestSubgraph.js';

let subgraph: TestSubgraph;
beforeAll(async () => {
  subgraph = await startTestSubgraph(identity);
});
afterAll(() => subgraph.stop());

const IDENTIFY = `mutation ($input: IdentifyCustomerInput!) {
  identifyCustomer(input: $input) { created customer { id displayName emails phones version externalIds { source id } } }
}`;

let serial = 0;
/** A customer nobody else in this file has; returns the answer of identifyCustomer. */
async function newCustomer(more: object = {}) {
  serial += 1;
  const input = { displayName: `Person ${serial}`, emails: [`person${serial}@example.com`], ...more };
  const { data, errors } = await subgraph.ask(IDENTIFY, { input });
  expect(errors).toBeUndefined();
  return data.identifyCustomer.customer;
}

const UNKNOWN = '018f0000-0000-7000-8000-000000000000';

/** The answer to an operation that must not fail. */
async function sure(query: string, variables: object = {}) {
  const { data, errors } = await subgraph.ask(query, variables);
  expect(errors).toBeUndefined();
  return data;
}

/** The code and the details of the error of an operation that must fail. */
async function refused(query: string, variables: object = {}) {
  const { errors } = await subgraph.ask(query, variables);
  expect(errors).toHaveLength(1);
  return errors?.[0]?.extensions;
}

describe('customer360', () => {
  it('finds the same customer by id, email in any case, phone in any written form, and external id', async () => {
    const customer = await newCustomer({
      phones: ['+1 202-555-0143'],
      externalIds: [{ source: 'crm', id: 'A-1' }],
      emails: ['Maria.Huber@Example.com'],
    });
    const { data, errors } = await subgraph.ask(
      `query ($id: ID!) {
        byId: customer360(id: $id) { id }
        byEmail: customer360(email: " MARIA.huber@example.COM ") { id }
        byPhone: customer360(phone: "+12025550143") { id }
        byPrefixedPhone: customer360(phone: "001 202 555 0143") { id }
        byNationalPhone: customer360(phone: "(202) 555-0143") { id }
        byUri: customer360(phone: "tel:+1-202-555-0143") { id }
        byExternalId: customer360(externalId: { source: "crm", id: "A-1" }) { id }
      }`,
      { id: customer.id },
    );
    expect(errors).toBeUndefined();
    expect(Object.values(data)).toEqual(Array.from({ length: 7 }, () => ({ id: customer.id })));
  });

  it('is null for a customer whom nobody knows, and for an id that is no UUID', async () => {
    const { data, errors } = await subgraph.ask(`{
      byId: customer360(id: "018f0000-0000-7000-8000-000000000000") { id }
      byNonsense: customer360(id: "42") { id }
      byEmail: customer360(email: "nobody@example.com") { id }
    }`);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ byId: null, byNonsense: null, byEmail: null });
  });

  it.each([
    ['no identifier', '', 'id'],
    ['two identifiers', '(id: "1", email: "a@example.com")', 'email'],
    ['a malformed email', '(email: "a@b@c")', 'email'],
    ['a malformed phone', '(phone: "12")', 'phone'],
    ['an empty external id', '(externalId: { source: "", id: "1" })', 'externalId.source'],
  ])('refuses %s and names the argument', async (_what, args, argument) => {
    const { errors } = await subgraph.ask(`{ customer360${args} { id } }`);
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });

  it('refuses an identifier that two customers share, and says who they are', async () => {
    const first = await newCustomer();
    const second = await newCustomer();
    const update = `mutation ($id: ID!) { updateCustomer(id: $id, input: { phones: ["+43 1 9876543"] }) { id } }`;
    for (const { id } of [first, second]) expect((await subgraph.ask(update, { id })).errors).toBeUndefined();
    const { errors } = await subgraph.ask('{ customer360(phone: "+4319876543") { id } }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'phone' });
    expect(new Set(errors?.[0]?.extensions.customerIds as string[])).toEqual(new Set([first.id, second.id]));
  });
});

describe('identifyCustomer', () => {
  it('creates once, finds afterwards, and adds what was not known', async () => {
    const created = await newCustomer({ emails: ['once@example.com'] });
    const again = await subgraph.ask(IDENTIFY, { input: { emails: ['once@example.com'] } });
    expect(again.data.identifyCustomer).toMatchObject({ created: false, customer: { id: created.id, version: 1 } });
    const more = await subgraph.ask(IDENTIFY, { input: { emails: ['once@example.com'], phones: ['+49 30 901820'] } });
    expect(more.data.identifyCustomer).toMatchObject({
      created: false,
      customer: { id: created.id, phones: ['+4930901820'], version: 2 },
    });
  });

  it('loses none of the identifiers that come to one customer at once, and takes one that is given twice', async () => {
    const emails = ['several1@example.com', 'several2@example.com', 'several3@example.com'];
    const { id } = await newCustomer({ emails });
    // Each by another of their addresses, so that they meet at the customer and not before.
    const bring = (by: number, more: object) =>
      subgraph.ask(IDENTIFY, { input: { emails: emails.slice(by, by + 1), ...more } });
    const twice = [
      { source: 'crm', id: 'twice' },
      { source: 'crm', id: 'twice' },
    ];
    const answers = await Promise.all([
      bring(0, { phones: ['+43 1 5550001'] }),
      bring(1, { phones: ['+43 1 5550002'] }),
      bring(2, { externalIds: twice }),
    ]);
    for (const { errors } of answers) expect(errors).toBeUndefined();
    const { customer } = await sure('query ($id: ID!) { customer(id: $id) { phones externalIds { id } version } }', {
      id,
    });
    expect(customer.phones.sort()).toEqual(['+4315550001', '+4315550002']);
    expect(customer).toMatchObject({ externalIds: [{ id: 'twice' }], version: 4 });
  });

  it('makes one customer of two calls that bring the same person at once', async () => {
    const input = { displayName: 'Twin', emails: ['twin@example.com'] };
    const answers = await Promise.all([1, 2, 3, 4].map(() => subgraph.ask(IDENTIFY, { input })));
    const ids = new Set(answers.map(({ data }) => data.identifyCustomer.customer.id));
    expect(ids.size).toBe(1);
    expect(answers.filter(({ data }) => data.identifyCustomer.created)).toHaveLength(1);
  });

  it.each([
    ['no identifiers', { displayName: 'X' }, 'input'],
    ['a malformed email', { displayName: 'X', emails: ['x'] }, 'input.emails.0'],
    ['a malformed phone', { displayName: 'X', phones: ['x'] }, 'input.phones.0'],
    ['a new person without a name', { emails: ['nameless@example.com'] }, 'input.displayName'],
    ['a name over its limit', { displayName: 'x'.repeat(201), emails: ['long@example.com'] }, 'input.displayName'],
    [
      '21 emails',
      { displayName: 'X', emails: Array.from({ length: 21 }, (_, i) => `m${i}@example.com`) },
      'input.emails',
    ],
  ])('refuses %s and writes nothing', async (_what, input, argument) => {
    const count = () => subgraph.ask('{ customers { totalCount } }');
    const before = await count();
    const { data, errors } = await subgraph.ask(IDENTIFY, { input });
    expect(data).toBeNull();
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await count()).toEqual(before);
  });
});

describe('updateCustomer', () => {
  const UPDATE = `mutation ($id: ID!, $input: UpdateCustomerInput!, $expectedVersion: Int) {
    updateCustomer(id: $id, input: $input, expectedVersion: $expectedVersion) {
      displayName locale timeZone preferredChannel emails version
    }
  }`;

  it('changes what is given and leaves the rest', async () => {
    const { id, emails } = await newCustomer();
    const input = { displayName: 'New Name', locale: 'de-at', timeZone: 'Europe/Vienna', preferredChannel: 'CHAT' };
    const { data } = await subgraph.ask(UPDATE, { id, input });
    expect(data.updateCustomer).toEqual({ ...input, locale: 'de-AT', emails, version: 2 });
    const emptied = await subgraph.ask(UPDATE, { id, input: { locale: null } });
    expect(emptied.data.updateCustomer).toMatchObject({ displayName: 'New Name', locale: null, version: 3 });
  });

  it('refuses a stale version with the current one, and writes nothing', async () => {
    const { id } = await newCustomer();
    await subgraph.ask(UPDATE, { id, input: { displayName: 'First' } });
    const { errors } = await subgraph.ask(UPDATE, { id, input: { displayName: 'Second' }, expectedVersion: 1 });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 2 });
    const { data } = await subgraph.ask('query ($id: ID!) { customer(id: $id) { displayName } }', { id });
    expect(data.customer.displayName).toBe('First');
  });

  it.each([
    ['an unknown customer', '018f0000-0000-7000-8000-000000000000', {}, 'id'],
    ['an id that is no UUID', 'x', {}, 'id'],
    ['a time zone that is none', null, { timeZone: 'Mars/Olympus' }, 'input.timeZone'],
    ['an unknown household', null, { householdId: '018f0000-0000-7000-8000-000000000000' }, 'input.householdId'],
  ])('refuses %s', async (_what, id, input, argument) => {
    const customer = await newCustomer();
    const { errors } = await subgraph.ask(UPDATE, { id: id ?? customer.id, input });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });
});

/** A cursor as the graph writes it, with a moment of one's own. */
function forgedCursor(moment: string): string {
  const keyset = ['Customer.CREATED_AT_DESC', moment, '018f0000-0000-7000-8000-000000000000'];
  return Buffer.from(JSON.stringify(keyset)).toString('base64url');
}

/** What the customer's version is now. */
const versionOf = async (id: string) =>
  (await subgraph.ask('query ($id: ID!) { customer(id: $id) { version } }', { id })).data.customer.version;

describe('idempotencyKey', () => {
  const UPDATE = `mutation ($id: ID!, $name: String!, $key: String) {
    updateCustomer(id: $id, input: { displayName: $name }, idempotencyKey: $key) { displayName version updatedAt }
  }`;
  it('gives what was answered, as it is by now, and writes nothing, also when both calls come at once', async () => {
    const { id } = await newCustomer();
    const call = () => subgraph.ask(UPDATE, { id, name: 'Once', key: `once-${id}` });
    const [first, second] = await Promise.all([call(), call()]);
    expect(first.errors).toBeUndefined();
    expect(first.data.updateCustomer).toMatchObject({ displayName: 'Once', version: 2 });
    expect(second).toEqual(first);
    const changed = await subgraph.ask(UPDATE, { id, name: 'Changed since' });
    expect(await call()).toEqual(changed);
    expect(await versionOf(id)).toBe(3);
  });

  it('is not used up by a call that failed', async () => {
    const { id } = await newCustomer();
    const key = `failed-${id}`;
    expect((await subgraph.ask(UPDATE, { id, name: ' ', key })).errors).toHaveLength(1);
    expect((await subgraph.ask(UPDATE, { id, name: 'Good', key })).data.updateCustomer.version).toBe(2);
  });

  it.each([
    ['another input', { name: 'Other' }],
    ['another customer', { id: '018f0000-0000-7000-8000-000000000000' }],
  ])('refuses a key that was used for %s', async (_what, other) => {
    const { id } = await newCustomer();
    const call = { id, name: 'First', key: `used-${id}` };
    await subgraph.ask(UPDATE, call);
    const { errors } = await subgraph.ask(UPDATE, { ...call, ...other });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'idempotencyKey' });
    expect(await versionOf(id)).toBe(2);
  });
});

const SET_PREFERENCE = `mutation ($id: ID!, $label: String!, $note: String!, $expectedVersion: Int) {
  setPreference(customerId: $id, input: { label: $label, note: $note }, expectedVersion: $expectedVersion) {
    version preferences { label note }
  }
}`;

describe('preferences', () => {
  it('are noted, replaced and forgotten; saying again what is known changes nothing', async () => {
    const { id } = await newCustomer();
    const meat = { id, label: ' meat ', note: 'likes it trimmed this way' };
    expect((await sure(SET_PREFERENCE, meat)).setPreference).toEqual({
      version: 2,
      preferences: [{ label: 'meat', note: meat.note }],
    });
    expect((await sure(SET_PREFERENCE, meat)).setPreference.version).toBe(2);
    await sure(SET_PREFERENCE, { id, label: 'delivery', note: 'after six' });
    const replaced = await sure(SET_PREFERENCE, { ...meat, note: 'none at all any more', expectedVersion: 3 });
    expect(replaced.setPreference).toEqual({
      version: 4,
      preferences: [
        { label: 'delivery', note: 'after six' },
        { label: 'meat', note: 'none at all any more' },
      ],
    });
    const remove =
      'mutation ($id: ID!) { removePreference(customerId: $id, label: "meat") { version preferences { label } } }';
    const removed = { version: 5, preferences: [{ label: 'delivery' }] };
    expect((await sure(remove, { id })).removePreference).toEqual(removed);
    expect((await sure(remove, { id })).removePreference).toEqual(removed);
  });

  it('are all there when they come at once, and there are at most fifty', async () => {
    const { id } = await newCustomer();
    const labels = Array.from({ length: 50 }, (_, index) => `label ${index}`);
    const answers = await Promise.all(labels.map((label) => subgraph.ask(SET_PREFERENCE, { id, label, note: 'x' })));
    for (const { errors } of answers) expect(errors).toBeUndefined();
    const one = { id, note: 'y' };
    expect(await refused(SET_PREFERENCE, { ...one, label: 'one more' })).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'input.label',
    });
    const { setPreference } = await sure(SET_PREFERENCE, { ...one, label: 'label 7' });
    expect(setPreference.preferences).toHaveLength(50);
    expect(setPreference.version).toBe(52);
  });

  it.each([
    ['an unknown customer', { id: UNKNOWN }, 'customerId'],
    ['an id that is no UUID', { id: 'x' }, 'customerId'],
    ['an empty label', { label: ' ' }, 'input.label'],
    ['a label over its limit', { label: 'x'.repeat(101) }, 'input.label'],
    ['a note over its limit', { note: 'x'.repeat(2001) }, 'input.note'],
  ])('refuse %s', async (_what, more, argument) => {
    const { id } = await newCustomer();
    const extensions = await refused(SET_PREFERENCE, { id, label: 'meat', note: 'x', ...more });
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await versionOf(id)).toBe(1);
  });

  it('refuse a stale version with the current one', async () => {
    const { id } = await newCustomer();
    await sure(SET_PREFERENCE, { id, label: 'meat', note: 'x' });
    expect(await refused(SET_PREFERENCE, { id, label: 'meat', note: 'y', expectedVersion: 1 })).toMatchObject({
      code: 'CONFLICT',
      currentVersion: 2,
    });
  });
});

const SET_ADDRESS = `mutation ($id: ID!, $input: AddressInput!) {
  setAddress(customerId: $id, input: $input) { version addresses { label lines city postalCode country } }
}`;

describe('addresses', () => {
  const home = { label: 'home', lines: ['Hauptplatz 1'], city: 'Linz', postalCode: '4020', country: 'at' };

  it('are written down whole, replaced and forgotten', async () => {
    const { id } = await newCustomer();
    const { setAddress } = await sure(SET_ADDRESS, { id, input: home });
    expect(setAddress).toEqual({ version: 2, addresses: [{ ...home, country: 'AT' }] });
    expect((await sure(SET_ADDRESS, { id, input: home })).setAddress.version).toBe(2);
    const moved = { label: 'home', lines: ['Bahnhofstrasse 3', 'Top 4'], country: 'CH' };
    const replaced = { ...moved, city: null, postalCode: null };
    expect((await sure(SET_ADDRESS, { id, input: moved })).setAddress).toEqual({ version: 3, addresses: [replaced] });
    const remove =
      'mutation ($id: ID!) { removeAddress(customerId: $id, label: "home") { version addresses { label } } }';
    expect((await sure(remove, { id })).removeAddress).toEqual({ version: 4, addresses: [] });
  });

  it('are at most ten, all there when they come at once', async () => {
    const { id } = await newCustomer();
    const set = (n: number) => subgraph.ask(SET_ADDRESS, { id, input: { ...home, label: `place ${n}` } });
    const answers = await Promise.all(Array.from({ length: 11 }, (_, n) => set(n)));
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(10);
    expect(answers.find(({ errors }) => errors)?.errors?.[0]?.extensions).toMatchObject({ argument: 'input.label' });
    expect(await versionOf(id)).toBe(11);
  });

  it.each([
    ['a country that is none', { country: 'XX' }, 'input.country'],
    ['a country by its name', { country: 'Austria' }, 'input.country'],
    ['no line', { lines: [] }, 'input.lines'],
    ['seven lines', { lines: Array.from({ length: 7 }, () => 'x') }, 'input.lines'],
    ['an empty line', { lines: ['x', ' '] }, 'input.lines.1'],
    ['a postal code over its limit', { postalCode: 'x'.repeat(21) }, 'input.postalCode'],
  ])('refuse %s', async (_what, more, argument) => {
    const { id } = await newCustomer();
    const extensions = await refused(SET_ADDRESS, { id, input: { ...home, ...more } });
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await versionOf(id)).toBe(1);
  });
});

const ADD_EXTERNAL_ID = `mutation ($id: ID!, $externalId: ExternalIdInput!) {
  addExternalId(customerId: $id, externalId: $externalId) { version externalIds { source id } }
}`;

describe('external ids', () => {
  it('are added and removed; one of another customer is refused, and theirs stays', async () => {
    const [first, second] = [await newCustomer(), await newCustomer()];
    const externalId = { source: 'sap', id: '0815' };
    const added = { version: 2, externalIds: [externalId] };
    expect((await sure(ADD_EXTERNAL_ID, { id: first.id, externalId })).addExternalId).toEqual(added);
    expect((await sure(ADD_EXTERNAL_ID, { id: first.id, externalId })).addExternalId).toEqual(added);
    expect(await refused(ADD_EXTERNAL_ID, { id: second.id, externalId })).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'externalId',
      customerId: first.id,
    });
    const remove = ADD_EXTERNAL_ID.replaceAll('addExternalId', 'removeExternalId');
    const untouched = { version: 1, externalIds: [] };
    expect((await sure(remove, { id: second.id, externalId })).removeExternalId).toEqual(untouched);
    expect((await sure(remove, { id: first.id, externalId })).removeExternalId).toEqual({
      version: 3,
      externalIds: [],
    });
    expect((await sure(ADD_EXTERNAL_ID, { id: second.id, externalId })).addExternalId).toEqual(added);
  });

  it('belong to one customer when two claim the same at once, and are at most twenty', async () => {
    const customers = await Promise.all([newCustomer(), newCustomer(), newCustomer()]);
    const externalId = { source: 'sap', id: 'contested' };
    const answers = await Promise.all(customers.map(({ id }) => subgraph.ask(ADD_EXTERNAL_ID, { id, externalId })));
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    const { id } = await newCustomer();
    const many = await Promise.all(
      Array.from({ length: 21 }, (_, n) =>
        subgraph.ask(ADD_EXTERNAL_ID, { id, externalId: { source: 'many', id: String(n) } }),
      ),
    );
    expect(many.filter(({ errors }) => errors === undefined)).toHaveLength(20);
  });
});

describe('households', () => {
  it('are made, get members, and another name from whoever has seen the present one', async () => {
    const { createHousehold } = await sure(
      'mutation { createHousehold(name: " Household Huber ") { id name version members { totalCount } } }',
    );
    expect(createHousehold).toMatchObject({ name: 'Household Huber', version: 1, members: { totalCount: 0 } });
    const { id } = createHousehold;
    const members = [await newCustomer({ displayName: 'Anna Huber' }), await newCustomer({ displayName: 'Zoe Huber' })];
    const join =
      'mutation ($id: ID!, $householdId: ID) { updateCustomer(id: $id, input: { householdId: $householdId }) { household { id } } }';
    for (const member of members) await sure(join, { id: member.id, householdId: id });
    const rename = `mutation ($id: ID!, $name: String!, $expectedVersion: Int) {
      renameHousehold(id: $id, name: $name, expectedVersion: $expectedVersion) { name version members { nodes { displayName } } } }`;
    expect((await sure(rename, { id, name: 'The Hubers', expectedVersion: 1 })).renameHousehold).toEqual({
      name: 'The Hubers',
      version: 2,
      members: { nodes: [{ displayName: 'Anna Huber' }, { displayName: 'Zoe Huber' }] },
    });
    expect(await refused(rename, { id, name: 'Stale', expectedVersion: 1 })).toMatchObject({
      code: 'CONFLICT',
      currentVersion: 2,
    });
    expect(await refused(rename, { id, name: ' ' })).toMatchObject({ argument: 'name' });
    expect(await refused(rename, { id: UNKNOWN, name: 'X' })).toMatchObject({ argument: 'id' });
    expect((await sure(join, { id: members[0].id, householdId: null })).updateCustomer.household).toBeNull();
    const { household } = await sure('query ($id: ID!) { household(id: $id) { name members { totalCount } } }', { id });
    expect(household).toEqual({ name: 'The Hubers', members: { totalCount: 1 } });
  });
});

const ADD_MEMBER = `mutation ($input: AddMemberInput!) {
  addMember(input: $input) { id role since until version organization { id } person { id } }
}`;
const REMOVE_MEMBER = `mutation ($id: ID!, $until: LocalDate, $expectedVersion: Int) {
  removeMember(id: $id, until: $until, expectedVersion: $expectedVersion) { since until version }
}`;

async function newOrganization() {
  const customer = await newCustomer({ kind: 'ORGANIZATION' });
  return customer.id as string;
}

describe('members of an organization', () => {
  it('come, change their role, leave and come back; nothing of it is lost', async () => {
    const organizationId = await newOrganization();
    const personId = (await newCustomer()).id as string;
    const input = { organizationId: organizationId.toUpperCase(), personId, role: 'Buyer', since: '2020-01-01' };
    const { addMember } = await sure(ADD_MEMBER, { input });
    expect(addMember).toMatchObject({
      role: 'Buyer',
      since: '2020-01-01',
      until: null,
      version: 1,
      organization: { id: organizationId },
      person: { id: personId },
    });
    const { id } = addMember;
    expect(await refused(ADD_MEMBER, { input })).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'input.personId',
      membershipId: id,
      allowed: ['updateMember', 'removeMember'],
    });
    const update =
      'mutation ($id: ID!, $role: String, $v: Int) { updateMember(id: $id, role: $role, expectedVersion: $v) { role version } }';
    expect((await sure(update, { id, role: 'Head of purchasing', v: 1 })).updateMember).toEqual({
      role: 'Head of purchasing',
      version: 2,
    });
    expect(await refused(update, { id, role: 'Stale', v: 1 })).toMatchObject({ code: 'CONFLICT', currentVersion: 2 });
    expect(await refused(REMOVE_MEMBER, { id, until: '2019-12-31' })).toMatchObject({ argument: 'until' });
    const ended = { since: '2020-01-01', until: '2022-06-30', version: 3 };
    expect((await sure(REMOVE_MEMBER, { id, until: '2022-06-30' })).removeMember).toEqual(ended);
    for (const again of [refused(REMOVE_MEMBER, { id }), refused(update, { id, role: 'History' })]) {
      expect(await again).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id', allowed: ['addMember'] });
    }
    expect(await refused(ADD_MEMBER, { input: { ...input, since: '2022-01-01' } })).toMatchObject({
      argument: 'input.since',
      membershipId: id,
    });
    await sure(ADD_MEMBER, { input: { ...input, since: '2023-01-01', role: null } });
    const data = await sure(
      `query ($personId: ID!, $organizationId: ID!, $id: ID!) {
        person: customer(id: $personId) {
          organizations { totalCount nodes { since role organization { id } } }
          ended: organizations(current: false) { nodes { until role } }
          all: organizations(current: null, orderBy: SINCE_ASC) { nodes { since } }
          members { totalCount }
        }
        organization: customer(id: $organizationId) { members { nodes { person { id } } } organizations { totalCount } }
        membership(id: $id) { until }
        memberships(filter: { organizationId: $organizationId, personId: $personId, current: true }) { totalCount }
        unknown: membership(id: "x") { id }
      }`,
      { personId, organizationId, id },
    );
    expect(data).toEqual({
      person: {
        organizations: {
          totalCount: 1,
          nodes: [{ since: '2023-01-01', role: null, organization: { id: organizationId } }],
        },
        ended: { nodes: [{ until: '2022-06-30', role: 'Head of purchasing' }] },
        all: { nodes: [{ since: '2020-01-01' }, { since: '2023-01-01' }] },
        members: { totalCount: 0 },
      },
      organization: { members: { nodes: [{ person: { id: personId } }] }, organizations: { totalCount: 0 } },
      membership: { until: '2022-06-30' },
      memberships: { totalCount: 1 },
      unknown: null,
    });
  });

  it('come once when they are added several times at once, and leave once', async () => {
    const input = { organizationId: await newOrganization(), personId: (await newCustomer()).id };
    const answers = await Promise.all([1, 2, 3, 4].map(() => subgraph.ask(ADD_MEMBER, { input })));
    const [added, ...others] = answers.filter(({ errors }) => errors === undefined);
    expect(others).toEqual([]);
    const { id } = added?.data.addMember ?? {};
    const left = await Promise.all([1, 2].map(() => subgraph.ask(REMOVE_MEMBER, { id })));
    expect(left.filter(({ errors }) => errors === undefined)).toHaveLength(1);
  });

  it.each([
    ['a person as the organization', { organizationId: 'person' }, 'input.organizationId'],
    ['an organization as the person', { personId: 'organization' }, 'input.personId'],
    ['an unknown person', { personId: UNKNOWN }, 'input.personId'],
    ['a day in the future', { since: '2999-01-01' }, 'input.since'],
    ['a day long ago', { since: '1899-12-31' }, 'input.since'],
    ['a role over its limit', { role: 'x'.repeat(101) }, 'input.role'],
  ])('cannot be added with %s', async (_what, more, argument) => {
    const given: Record<string, string> = { organization: await newOrganization(), person: (await newCustomer()).id };
    const input = Object.fromEntries(
      Object.entries({ organizationId: 'organization', personId: 'person', ...more }).map(([name, value]) => [
        name,
        given[value] ?? value,
      ]),
    );
    expect(await refused(ADD_MEMBER, { input })).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });
});

describe('employees and teams', () => {
  const CREATE =
    'mutation ($input: CreateEmployeeInput!) { createEmployee(input: $input) { id name email team title active version memberOf { id name } } }';
  const UPDATE = `mutation ($id: ID!, $input: UpdateEmployeeInput!, $v: Int) {
    updateEmployee(id: $id, input: $input, expectedVersion: $v) { name email team title active version memberOf { name members { totalCount } } } }`;
  const RENAME =
    'mutation ($id: ID!, $name: String!, $v: Int) { renameTeam(id: $id, name: $name, expectedVersion: $v) { name version members { nodes { name team } } } }';

  it('belong together by the name of the team, whoever wrote it', async () => {
    const input = { name: 'Ada Agent', email: 'Ada@Example.com', team: 'Desk North', title: 'Agent' };
    const { createEmployee: ada } = await sure(CREATE, { input });
    expect(ada).toMatchObject({
      ...input,
      email: 'ada@example.com',
      active: true,
      version: 1,
      memberOf: { name: 'Desk North' },
    });
    const bob = { id: uuid(), name: 'bob', team: 'Desk North', active: false };
    await subgraph.database.dataSource.manager.insert(Employee, bob);
    const teamId = ada.memberOf.id;
    const { team, teams } = await sure(
      `query ($id: ID!) {
        team(id: $id) { name members { totalCount nodes { name } } active: members(active: true) { nodes { name } } }
        teams(filter: { name: "Desk North" }) { totalCount nodes { id } }
      }`,
      { id: teamId },
    );
    expect(team).toEqual({
      name: 'Desk North',
      members: { totalCount: 2, nodes: [{ name: 'Ada Agent' }, { name: 'bob' }] },
      active: { nodes: [{ name: 'Ada Agent' }] },
    });
    expect(teams).toEqual({ totalCount: 1, nodes: [{ id: teamId }] });

    const moved = await sure(UPDATE, { id: ada.id, input: { team: 'Desk South', active: false }, v: 1 });
    expect(moved.updateEmployee).toEqual({
      name: 'Ada Agent',
      email: 'ada@example.com',
      team: 'Desk South',
      title: 'Agent',
      active: false,
      version: 2,
      memberOf: { name: 'Desk South', members: { totalCount: 1 } },
    });
    expect(await refused(UPDATE, { id: ada.id, input: { name: 'Stale' }, v: 1 })).toMatchObject({
      code: 'CONFLICT',
      currentVersion: 2,
    });
    const left = await sure(UPDATE, { id: ada.id, input: { team: null, title: null } });
    expect(left.updateEmployee).toMatchObject({ team: null, title: null, memberOf: null, version: 3 });

    expect((await sure(RENAME, { id: teamId, name: 'Desk Polar', v: 1 })).renameTeam).toEqual({
      name: 'Desk Polar',
      version: 2,
      members: { nodes: [{ name: 'bob', team: 'Desk Polar' }] },
    });
    expect(await refused(RENAME, { id: teamId, name: 'X', v: 1 })).toMatchObject({
      code: 'CONFLICT',
      currentVersion: 2,
    });
    expect(await refused(RENAME, { id: teamId, name: 'Desk South' })).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'name',
    });
  });

  it('stay together when a team is renamed while people join and change', async () => {
    const { createEmployee: first } = await sure(CREATE, { input: { name: 'First', team: 'Old name' } });
    const answers = await Promise.all([
      ...[1, 2, 3, 4].map((n) => subgraph.ask(CREATE, { input: { name: `Joins ${n}`, team: 'Old name' } })),
      subgraph.ask(UPDATE, { id: first.id, input: { title: 'Lead' } }),
      subgraph.ask(RENAME, { id: first.memberOf.id, name: 'New name' }),
      subgraph.ask(UPDATE, { id: first.id, input: { email: 'first@example.com' } }),
    ]);
    for (const { errors } of answers) expect(errors).toBeUndefined();
    const { employee } = await sure(
      'query ($id: ID!) { employee(id: $id) { team title email version memberOf { name } } }',
      { id: first.id },
    );
    expect(employee).toEqual({
      team: 'New name',
      title: 'Lead',
      email: 'first@example.com',
      version: 4,
      memberOf: { name: 'New name' },
    });
    const apart = await subgraph.database.dataSource.query(
      'SELECT e.name FROM employee e JOIN team t ON t.id = e.team_id WHERE t.name <> e.team',
    );
    expect(apart).toEqual([]);
  });

  it.each([
    ['an empty name', { name: ' ' }, 'input.name'],
    ['a malformed email', { email: 'x' }, 'input.email'],
    ['a team over its limit', { team: 'x'.repeat(101) }, 'input.team'],
  ])('refuse %s', async (_what, more, argument) => {
    expect(await refused(CREATE, { input: { name: 'X', ...more } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument,
    });
    expect(await refused(UPDATE, { id: UNKNOWN, input: { name: 'X' } })).toMatchObject({ argument: 'id' });
  });
});

describe('each mutation with an idempotencyKey', () => {
  const calls: [string, string][] = [
    ['setPreference', 'customerId: $person, input: { label: "a", note: "b" }) { version updatedAt'],
    ['removePreference', 'customerId: $person, label: "a") { version updatedAt'],
    ['setAddress', 'customerId: $person, input: { label: "a", lines: ["b"], country: "AT" }) { version updatedAt'],
    ['removeAddress', 'customerId: $person, label: "a") { version updatedAt'],
    ['addExternalId', 'customerId: $person, externalId: { source: "once", id: "1" }) { version updatedAt'],
    ['removeExternalId', 'customerId: $person, externalId: { source: "once", id: "1" }) { version updatedAt'],
    ['createHousehold', 'name: "Once") { id createdAt version'],
    ['renameHousehold', 'id: $household, name: "Twice") { version updatedAt'],
    [
      'addMember',
      'input: { organizationId: $organization, personId: $person, since: "2020-02-29" }) { id since updatedAt',
    ],
    ['updateMember', 'id: $membership, role: "Lead") { version updatedAt'],
    ['removeMember', 'id: $membership, until: "2021-01-01") { version until updatedAt'],
    ['createEmployee', 'input: { name: "Once", team: "Once" }) { id version memberOf { name }'],
    ['updateEmployee', 'id: $employee, input: { title: "Once" }) { version updatedAt'],
    ['renameTeam', 'id: $team, name: "Twice") { version updatedAt'],
  ];
  it('writes once and gives the same answer again', async () => {
    const known: Record<string, string> = { person: (await newCustomer()).id, organization: await newOrganization() };
    for (const [mutation, call] of calls) {
      const named = call.replace(/\$(\w+)/g, (_all, name: string) => JSON.stringify(known[name]));
      const query = `mutation { ${mutation}(idempotencyKey: "once ${mutation}", ${named} } }`;
      const [first, second] = await Promise.all([sure(query), sure(query)]);
      const third = await sure(query);
      const otherwise = /^create|addMember/.test(mutation)
        ? query.replace('"Once"', '"Other"').replace('2020-02-29', '2020-02-28')
        : query.replace(', ', ', expectedVersion: 7, ');
      expect(await refused(otherwise)).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'idempotencyKey' });
      expect({ mutation, second, third }).toEqual({ mutation, second: first, third: first });
      const { id } = first[mutation];
      if (mutation === 'createHousehold') known.household = id;
      if (mutation === 'addMember') known.membership = id;
      if (mutation === 'createEmployee') {
        known.employee = id;
        known.team = (await sure('{ teams(filter: { name: "Once" }) { nodes { id } } }')).teams.nodes[0].id;
      }
    }
    expect(await versionOf(known.person ?? '')).toBe(7);
  });
});

/** What `customers(search)` finds. */
const found = async (search: string) =>
  (
    await sure(
      'query ($search: String!) { customers(search: $search, orderBy: DISPLAY_NAME_ASC) { totalCount nodes { id } } }',
      { search },
    )
  ).customers;

describe('customers(search)', () => {
  it('finds by words of the name, by email as far as it is written, by phone in any form, and by external id', async () => {
    const { id } = await newCustomer({
      displayName: 'Özlem Jean-Luc O’Neill',
      emails: ['Finder.Keeper@search.example.com'],
      phones: ['+43 1 7654321'],
      externalIds: [{ source: 'sap', id: 'K-900/17' }],
    });
    for (const search of [
      'özlem',
      'LUC öz',
      'neill',
      'jean-luc',
      'finder.keeper@search.example.com',
      'FINDER.KEEPER@sea',
      'finder.keeper@',
      '+43 1 7654321',
      '0043 1 765 43 21',
      'K-900/17',
      ' K-900/17 ',
    ]) {
      expect({ search, ...(await found(search)) }).toEqual({ search, totalCount: 1, nodes: [{ id }] });
    }
    for (const search of [
      'zlem',
      'inder.keeper@search',
      '@search.example.com',
      '+43 1 765432',
      'nobody +43 1 7654321',
      'K-900',
      'finder%@',
      '💥@',
    ]) {
      expect({ search, ...(await found(search)) }).toEqual({ search, totalCount: 0, nodes: [] });
    }
  });

  it('goes together with filters, among them the time since when we know them', async () => {
    const household = (await sure('mutation { createHousehold(name: "Filtered") { id } }')).createHousehold.id;
    const make = (displayName: string, createdAt: string) =>
      subgraph.database.dataSource.manager.insert(Customer, {
        id: uuid(),
        kind: 'PERSON',
        displayName,
        roles: ['DONOR'],
        householdId: household,
        createdAt,
      });
    await make('Filter B', '2020-01-01T00:00:00Z');
    await make('Filter A', '2020-06-01T00:00:00Z');
    await make('Filter C', '2021-01-01T00:00:00Z');
    const { during, worded, role } = await sure(
      `query ($household: ID!) {
        during: customers(filter: { householdId: $household, createdFrom: "2020-01-01T00:00:00Z", createdTo: "2021-01-01T00:00:00Z" }, orderBy: DISPLAY_NAME_ASC) { nodes { displayName } }
        worded: customers(search: "filter", filter: { createdFrom: "2020-06-01T00:00:00Z" }, orderBy: CREATED_AT_ASC) { nodes { displayName } }
        role: customers(filter: { role: DONOR, householdId: $household }) { totalCount }
      }`,
      { household },
    );
    expect(during.nodes.map((node: { displayName: string }) => node.displayName)).toEqual(['Filter A', 'Filter B']);
    expect(worded.nodes.map((node: { displayName: string }) => node.displayName)).toEqual(['Filter A', 'Filter C']);
    expect(role.totalCount).toBe(3);
  });
});

/** As many things as said. */
const many = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));

describe('metrics', () => {
  it('agree with a plain recomputation, whatever is known', async () => {
    const profile = fc.record({
      emails: fc.integer({ min: 0, max: 2 }),
      phones: fc.integer({ min: 0, max: 2 }),
      externalIds: fc.integer({ min: 0, max: 2 }),
      addresses: fc.integer({ min: 0, max: 2 }),
      locale: fc.constantFrom(null, 'de-AT'),
      timeZone: fc.constantFrom(null, 'Europe/Vienna'),
      preferredChannel: fc.constantFrom(null, 'EMAIL' as const),
      createdAt: fc.date({ min: new Date('1990-01-01'), max: new Date('2026-01-01'), noInvalidDate: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(profile, { minLength: 1, maxLength: 5 }), async (profiles) => {
        const { manager } = subgraph.database.dataSource;
        const ids = profiles.map(() => uuid());
        for (const [index, { emails, phones, externalIds, addresses, ...columns }] of profiles.entries()) {
          const customerId = ids[index] ?? '';
          await manager.insert(Customer, { id: customerId, kind: 'PERSON', displayName: 'P', roles: [], ...columns });
          await manager.insert(CustomerIdentifier, [
            ...many(emails, (n) => ({ customerId, type: 'EMAIL' as const, value: `${n}@example.com`, position: n })),
            ...many(phones, (n) => ({ customerId, type: 'PHONE' as const, value: `+431000${n}`, position: n })),
          ]);
          await manager.insert(
            ExternalId,
            many(externalIds, (n) => ({ customerId, source: 'fc', id: `${customerId} ${n}` })),
          );
          await manager.insert(
            Address,
            many(addresses, (n) => ({ customerId, label: `${n}`, lines: [], country: 'AT' })),
          );
        }
        const explain = 'explain { n asOf inputs { name value } }';
        const customers = await subgraph.entities(
          'Customer',
          ids,
          `profileCompleteness { value ${explain} } tenure { seconds ${explain} }`,
        );
        for (const [index, { createdAt, ...parts }] of profiles.entries()) {
          const { profileCompleteness, tenure } = customers[index];
          // Everybody has a name.
          const known = 1 + Object.values(parts).filter((part) => part !== null && part !== 0).length;
          expect(profileCompleteness).toMatchObject({ value: known / 8, explain: { n: 8 } });
          const inputs = profileCompleteness.explain.inputs as { value: string }[];
          expect(inputs.filter(({ value }) => value === 'known')).toHaveLength(known);
          const milliseconds = BigInt(Date.parse(tenure.explain.asOf)) - BigInt(createdAt.getTime());
          expect(tenure.seconds).toBe(Number(milliseconds) / 1000);
          expect(tenure.explain.inputs).toEqual([{ name: 'createdAt', value: createdAt.toISOString() }]);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('the migrations', () => {
  it('run on a database with rows of the version before, and leave that version able to write', async () => {
    const database = await createTestDatabase();
    try {
      await migrateSubgraph({ ...identity, migrations: identity.migrations.slice(0, 1) }, database.url);
      const source = await createDataSource(identity, { url: database.url, poolSize: 1 }).initialize();
      const write = async (when: string) => {
        await source.query(`INSERT INTO household (id, name) VALUES (gen_random_uuid(), 'House ${when}')`);
        await source.query(
          `INSERT INTO employee (id, name, team) VALUES (gen_random_uuid(), 'Ada ${when}', 'Desk'), (gen_random_uuid(), 'Bob ${when}', NULL)`,
        );
        await source.query(
          `INSERT INTO customer (id, kind, display_name) VALUES (gen_random_uuid(), 'PERSON', 'Maria ${when}')`,
        );
      };
      await write('before');
      await migrateSubgraph(identity, database.url);
      await write('after');
      await source.destroy();
      const config = {
        databaseUrl: database.url,
        host: '127.0.0.1',
        port: 0,
        identityUrl: 'http://127.0.0.1:1',
        signingKeys: [TEST_SIGNING_KEY],
        poolSize: 1,
      };
      const running = await startSubgraph(identity, config, pino({ level: 'silent' }));
      const { data, errors } = await askSubgraph(
        'identity',
        running.url,
        `{ households { nodes { name version } } teams { nodes { name members { nodes { name version } } } }
           customers(search: "mar", orderBy: DISPLAY_NAME_ASC) { nodes { displayName preferences { note } organizations { totalCount } } } }`,
      );
      await running.stop();
      expect(errors).toBeUndefined();
      const nobody = { preferences: [], organizations: { totalCount: 0 } };
      expect(data).toEqual({
        households: {
          nodes: [
            { name: 'House after', version: 1 },
            { name: 'House before', version: 1 },
          ],
        },
        teams: {
          nodes: [
            {
              name: 'Desk',
              members: {
                nodes: [
                  { name: 'Ada after', version: 1 },
                  { name: 'Ada before', version: 1 },
                ],
              },
            },
          ],
        },
        customers: {
          nodes: [
            { displayName: 'Maria after', ...nobody },
            { displayName: 'Maria before', ...nobody },
          ],
        },
      });
    } finally {
      await database.drop();
    }
  });
});

/** What a page of the customers called Counted says of the whole list, and with how many statements. */
const countOf = async (args: string) => {
  const query = `{ customers(search: "counted", orderBy: DISPLAY_NAME_ASC, ${args}) { totalCount pageInfo { endCursor } } }`;
  let customers = { totalCount: -1, pageInfo: { endCursor: '' } };
  const statements = await subgraph.statements(async () => {
    ({ customers } = (await subgraph.ask(query)).data);
  });
  return { ...customers, statements: statements.length };
};

describe('lists', () => {
  it.each([
    [
      'memberships',
      ['SINCE_DESC', 'SINCE_ASC'],
      {
        '': '',
        organization_id: `organizationId: "${UNKNOWN}"`,
        person_id: `personId: "${UNKNOWN}"`,
        until: 'current: true',
        ' until': 'current: false',
      },
    ],
    [
      'customers',
      ['CREATED_AT_DESC', 'CREATED_AT_ASC'],
      {
        '': '',
        created_at: 'createdFrom: "2026-01-01T00:00:00Z"',
        kind: 'kind: PERSON',
        household_id: `householdId: "${UNKNOWN}"`,
      },
    ],
    ['teams', ['NAME_ASC'], { '': '' }],
    ['employees', ['NAME_ASC'], { '': '', team: 'team: "x"', active: 'active: true' }],
  ] as [string, string[], Record<string, string>][])(
    '%s have an index for each filter in each order',
    async (list, orders, filters) => {
      for (const orderBy of orders) {
        for (const [column, filter] of Object.entries(filters)) {
          const [statement = ''] = await subgraph.statements(() =>
            subgraph.ask(`{ ${list}(orderBy: ${orderBy}, filter: { ${filter} }) { nodes { id } } }`),
          );
          const plan = await planOf(subgraph.database.dataSource, statement);
          expect(plan).not.toMatch(/Seq Scan|Sort/);
          const conditions = plan.split('\n').filter((line) => line.includes('Index Cond:') && line.includes(column));
          const used = column.includes('until')
            ? /membership_(current|ended)_by_since/.test(plan)
            : column === '' || conditions.length > 0;
          expect({ orderBy, column, used }).toEqual({ orderBy, column, used: true });
        }
      }
    },
  );

  it('pages through all customers, each once, while others are added', async () => {
    for (let i = 0; i < 7; i += 1) await newCustomer({ displayName: `Pager ${'abcdefg'[i]}` });
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data } = await subgraph.ask(
        `query ($after: String) {
          customers(search: "pager", orderBy: DISPLAY_NAME_ASC, first: 3, after: $after) {
            nodes { displayName } pageInfo { hasNextPage endCursor }
          }
        }`,
        { after },
      );
      seen.push(...data.customers.nodes.map((node: { displayName: string }) => node.displayName));
      after = data.customers.pageInfo.hasNextPage ? data.customers.pageInfo.endCursor : null;
      if (seen.length === 3) await newCustomer({ displayName: 'Pager a too late to be seen' });
    } while (after);
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((letter) => `Pager ${letter}`));
  });

  it.each([
    ['first: 0', 'first'],
    ['first: 101', 'first'],
    ['after: "nonsense"', 'after'],
    [`after: "${Buffer.from('["Customer.CREATED_AT_DESC","x","y"]').toString('base64url')}"`, 'after'],
    [`after: "${forgedCursor('2026-02-30 10:00:00+00')}"`, 'after'],
    [`after: "${Buffer.from('["Employee.NAME_ASC","x","y"]').toString('base64url')}"`, 'after'],
  ])('refuses %s', async (args, argument) => {
    const { errors } = await subgraph.ask(`{ customers(${args}) { totalCount nodes { id } } }`);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });

  it('counts alike whether the page is the whole list or not, and a whole one without another statement', async () => {
    for (let i = 0; i < 5; i += 1) await newCustomer({ displayName: `Counted ${i}` });
    const whole = await countOf('first: 5');
    expect(whole).toMatchObject({ totalCount: 5, statements: 1 });
    const part = await countOf('first: 3');
    expect(part).toMatchObject({ totalCount: 5, statements: 2 });
    expect(await countOf(`first: 5, after: "${part.pageInfo.endCursor}"`)).toMatchObject({
      totalCount: 5,
      statements: 2,
    });
  });

  it('reads no rows when only their number is asked for', async () => {
    const statements = await subgraph.statements(() => subgraph.ask('{ customers { totalCount } }'));
    expect(statements).toEqual([expect.stringContaining('count(*)')]);
  });

  it('takes a search of any characters', async () => {
    const { errors, data } = await subgraph.ask('{ customers(search: "\' | & ! :* \\\\ %") { totalCount } }');
    expect(errors).toBeUndefined();
    expect(data.customers.totalCount).toBe(0);
  });
});

describe('_entities', () => {
  it('runs as many statements for fifty customers as for one, whatever is asked', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 50; i += 1) ids.push((await newCustomer({ phones: [`+4319000${String(100 + i)}`] })).id);
    const selection = `id displayName emails phones externalIds { id } addresses { city } profileCompleteness { value } tenure { seconds } preferences { note }
      organizations(first: 2) { totalCount nodes { role organization { displayName } } }
      members(first: 2, current: null) { totalCount nodes { person { displayName preferences { note } } } }
      household { id members(first: 2) { totalCount nodes { id } } }`;
    const organizations = await Promise.all([newOrganization(), newOrganization(), newOrganization()]);
    for (const [index, personId] of ids.entries()) {
      await sure(ADD_MEMBER, { input: { organizationId: organizations[index % 3], personId } });
    }
    const statements = async (of: string[]) =>
      (await subgraph.statements(() => subgraph.entities('Customer', of, selection))).length;
    const one = await statements(ids.slice(0, 1));
    expect(one).toBeGreaterThan(0);
    expect(await statements(ids)).toBe(one);
    expect(await statements(organizations)).toBe(await statements(organizations.slice(0, 1)));
  });

  it('answers in order, with null for what is unknown or malformed, and duplicates alike', async () => {
    const { id } = await newCustomer();
    const entities = await subgraph.entities('Customer', [id, 'x', '018f0000-0000-7000-8000-000000000000', id], 'id');
    expect(entities).toEqual([{ id }, null, null, { id }]);
  });
});

// At the end, because the statistics of so many rows would change the plans that the tests above look at.
describe('a search among many customers', () => {
  it('reads the indexes of words and of identifiers, in every order', async () => {
    await subgraph.database.dataSource.query(
      `INSERT INTO customer (id, kind, display_name, created_at)
       SELECT gen_random_uuid(), 'PERSON', 'Person number ' || n, timestamptz '2020-01-01' + n * interval '1 minute' FROM generate_series(1, 20000) AS n`,
    );
    await subgraph.database.dataSource.query(
      `INSERT INTO customer_identifier (customer_id, type, value) SELECT id, 'EMAIL', id || '@example.com' FROM customer WHERE display_name LIKE 'Person number %'`,
    );
    await subgraph.database.dataSource.query('ANALYZE customer, customer_identifier, external_id');
    for (const search of ['pers 4711', 'nobody', 'somebody@exam', '+43 1 7654321']) {
      for (const orderBy of ['CREATED_AT_DESC', 'DISPLAY_NAME_ASC']) {
        const [statement = ''] = await subgraph.statements(() =>
          subgraph.ask(`{ customers(search: "${search}", orderBy: ${orderBy}) { nodes { id } } }`),
        );
        const rows = await subgraph.database.dataSource.query<{ 'QUERY PLAN': string }[]>(
          `EXPLAIN (GENERIC_PLAN) ${statement}`,
        );
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
        expect(plan).toMatch(/BitmapOr[^]*customer_by_name_words[^]*customer_pkey/);
        expect(plan).not.toMatch(/Seq Scan on customer|customer_by_created|customer_by_name\b/);
      }
    }
  });
});
