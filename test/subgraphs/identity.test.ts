import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identity } from '../../subgraphs/identity/subgraph.js';
import { startTestSubgraph, type TestSubgraph } from '../support/startTestSubgraph.js';

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
  it('repeats the first answer and writes nothing, also when both calls come at once', async () => {
    const { id } = await newCustomer();
    const call = () => subgraph.ask(UPDATE, { id, name: 'Once', key: `once-${id}` });
    const [first, second] = await Promise.all([call(), call()]);
    expect(first.errors).toBeUndefined();
    expect(first.data.updateCustomer).toMatchObject({ displayName: 'Once', version: 2 });
    expect(second).toEqual(first);
    await subgraph.ask(UPDATE, { id, name: 'Changed since' });
    expect(await call()).toEqual(first);
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

describe('lists', () => {
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
    const selection = `id displayName emails phones externalIds { id } addresses { city } profileCompleteness { value }
      household { id members(first: 2) { totalCount nodes { id } } }`;
    const one = await subgraph.statements(() => subgraph.entities('Customer', ids.slice(0, 1), selection));
    const fifty = await subgraph.statements(() => subgraph.entities('Customer', ids, selection));
    expect(fifty).toHaveLength(one.length);
    expect(fifty.length).toBeGreaterThan(0);
  });

  it('answers in order, with null for what is unknown or malformed, and duplicates alike', async () => {
    const { id } = await newCustomer();
    const entities = await subgraph.entities('Customer', [id, 'x', '018f0000-0000-7000-8000-000000000000', id], 'id');
    expect(entities).toEqual([{ id }, null, null, { id }]);
  });
});
