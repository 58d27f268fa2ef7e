import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { Employee } from '../../subgraphs/identity/entities/Employee.js';
import { Case } from '../../subgraphs/service/entities/Case.js';
import { service } from '../../subgraphs/service/subgraph.js';
import { startTestSubgraph } from '../support/startTestSubgraph.js';
import { untilEmployeesKnown } from '../support/untilEmployeesKnown.js';

const NOBODY = '018f0000-0000-7000-8000-000000000000';
const DAY = 86_400_000;
const [EVA, LUC, ANA] = [uuid(), uuid(), uuid()];

let subgraph: Awaited<ReturnType<typeof startTestSubgraph>>;
beforeAll(async () => {
  subgraph = await startTestSubgraph(service);
  const employee = { active: true, createdAt: new Date() };
  await subgraph.identity.database.dataSource.manager.insert(
    Employee,
    [EVA, LUC, ANA].map((id, index) => ({ ...employee, id, name: `Agent ${index}` })),
  );
  await untilEmployeesKnown(subgraph, [EVA, LUC, ANA]);
});
afterAll(() => subgraph.stop());

let serial = 0;
async function newCustomer(): Promise<string> {
  serial += 1;
  const { data } = await subgraph.identity.ask(
    'mutation ($email: String!) { identifyCustomer(input: { displayName: "N", emails: [$email] }) { customer { id } } }',
    { email: `n${serial}@example.com` },
  );
  return data.identifyCustomer.customer.id;
}

/** What each mutation is called with: its arguments by name with their types, and what is selected. */
const MUTATIONS = {
  openCase: [{ input: 'OpenCaseInput!' }, 'id number status version openedAt'],
  replyToCase: [{ caseId: 'ID!', input: 'ReplyToCaseInput!' }, 'id status version firstRespondedAt'],
  assignCase: [{ id: 'ID!', assigneeId: 'ID' }, 'id status version updatedAt assignee { id }'],
  escalateCase: [
    { id: 'ID!', input: 'EscalateCaseInput!' },
    'id status version assignee { id } escalationLevel escalatedAt escalationReason',
  ],
  resolveCase: [{ id: 'ID!', resolution: 'String!' }, 'id status version resolvedAt resolution reopenableUntil'],
  reopenCase: [
    { id: 'ID!', reason: 'String!' },
    'id status version resolvedAt resolution reopenableUntil statusChanges { totalCount nodes { fromStatus toStatus note } }',
  ],
  makePromise: [
    { input: 'MakePromiseInput!' },
    'id kind what status overdue dueAt validUntil keptAt version employee { id } case { id } customer { id }',
  ],
  keepPromise: [{ id: 'ID!', keptAt: 'DateTime' }, 'id status overdue keptAt version'],
  grantGoodwill: [
    { input: 'GrantGoodwillInput!' },
    'id amount { amount currency } authority { amount } reason grantedAt employee { id } case { id } customer { id }',
  ],
  setGoodwillAuthority: [
    { input: 'GoodwillAuthorityInput!' },
    'id version setAt limit { amount currency } employee { id }',
  ],
} as const satisfies Record<string, readonly [Record<string, string>, string]>;
type Mutation = keyof typeof MUTATIONS;

const CREATES: readonly Mutation[] = ['openCase', 'makePromise', 'grantGoodwill'];

async function call(name: Mutation, given: object) {
  const [args, selection] = MUTATIONS[name];
  const all: Record<string, string> = { ...args, idempotencyKey: 'String' };
  if (!CREATES.includes(name)) all.expectedVersion = 'Int';
  const declared = Object.entries(all).map(([arg, type]) => `$${arg}: ${type}`);
  const passed = Object.keys(all).map((arg) => `${arg}: $${arg}`);
  const { data, errors } = await subgraph.ask(
    `mutation (${declared.join(', ')}) { ${name}(${passed.join(', ')}) { ${selection} } }`,
    given,
  );
  return { answer: data?.[name], refused: errors?.[0]?.extensions, message: errors?.[0]?.message };
}

/** Calls a mutation that must succeed. */
async function done(name: Mutation, given: object) {
  const { answer, message } = await call(name, given);
  expect(message).toBeUndefined();
  return answer;
}

async function openCase(more: object = {}): Promise<string> {
  const input = { customerId: await newCustomer(), subject: 'Broken', kind: 'PROBLEM', channel: 'PHONE', ...more };
  return (await done('openCase', { input })).id;
}

const inDays = (days: number) => new Date(Date.now() + days * DAY).toISOString();

async function promise(more: object = {}): Promise<string> {
  const input = { customerId: await newCustomer(), what: 'Call back', dueAt: inDays(1), ...more };
  return (await done('makePromise', { input })).id;
}

/** All that the tables hold, in one number that changes with each write. */
async function written() {
  const [row] = await subgraph.database.query<{ n: string }>(sql`SELECT concat_ws('/',
    (SELECT count(*) + coalesce(sum(version), 0) FROM service_case), (SELECT count(*) FROM case_message),
    (SELECT count(*) + coalesce(sum(version), 0) FROM promise), (SELECT count(*) FROM goodwill),
    (SELECT count(*) FROM goodwill_authority), (SELECT count(*) FROM case_status_change)) AS n`);
  return row?.n;
}

/** Arguments with which each mutation succeeds, on rows of its own. */
const VALID: Record<Mutation, () => Promise<Record<string, unknown>>> = {
  openCase: async () => ({
    input: { customerId: await newCustomer(), subject: 'Broken', kind: 'PROBLEM', channel: 'PHONE', body: 'Help' },
  }),
  replyToCase: async () => ({ caseId: await openCase(), input: { body: 'Hello', employeeId: EVA } }),
  assignCase: async () => ({ id: await openCase(), assigneeId: EVA }),
  escalateCase: async () => ({ id: await openCase(), input: { reason: 'Angry' } }),
  resolveCase: async () => ({ id: await openCase(), resolution: 'Done' }),
  async reopenCase() {
    const id = await openCase();
    await done('resolveCase', { id, resolution: 'Done' });
    return { id, reason: 'Not done' };
  },
  makePromise: async () => ({ input: { customerId: await newCustomer(), what: 'Call', dueAt: inDays(1) } }),
  keepPromise: async () => ({ id: await promise() }),
  async grantGoodwill() {
    await done('setGoodwillAuthority', { input: { employeeId: EVA, limit: { amount: '50', currency: 'SEK' } } });
    const amount = { amount: '10', currency: 'SEK' };
    return { input: { customerId: await newCustomer(), employeeId: EVA, reason: 'Late', amount } };
  },
  setGoodwillAuthority: async () => ({ input: { employeeId: EVA, limit: { amount: '5', currency: 'NOK' } } }),
};
const NAMES = Object.keys(MUTATIONS) as Mutation[];

describe('every mutation', () => {
  it.each(NAMES)(
    '%s repeats its answer for the same key, and writes once, also when both calls come at once',
    async (name) => {
      const given = { ...(await VALID[name]()), idempotencyKey: uuid() };
      const before = await written();
      const [first, second] = await Promise.all([done(name, given), done(name, given)]);
      const after = await written();
      expect(after).not.toBe(before);
      expect(second).toEqual(first);
      expect(await done(name, given)).toEqual(first);
      expect(await written()).toBe(after);
    },
  );

  it.each(NAMES.filter((name) => name !== 'setGoodwillAuthority'))(
    '%s refuses a key that was used for another call',
    async (name) => {
      const idempotencyKey = uuid();
      await done(name, { ...(await VALID[name]()), idempotencyKey });
      const given = await VALID[name]();
      const before = await written();
      const { refused } = await call(name, { ...given, idempotencyKey });
      expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'idempotencyKey' });
      expect(await written()).toBe(before);
    },
  );

  it.each(NAMES.filter((name) => !CREATES.includes(name)))(
    '%s refuses a stale version and writes nothing',
    async (name) => {
      const given = await VALID[name]();
      const before = await written();
      const { refused } = await call(name, { ...given, expectedVersion: 99 });
      expect(refused).toMatchObject({ code: 'CONFLICT', argument: 'expectedVersion' });
      const { currentVersion } = refused ?? {};
      expect(await written()).toBe(before);
      await done(name, { ...given, expectedVersion: currentVersion });
    },
  );

  it.each([
    ['assignCase', { id: NOBODY }, 'id'],
    ['assignCase', { assigneeId: NOBODY }, 'assigneeId'],
    ['escalateCase', { input: { reason: ' ' } }, 'input.reason'],
    ['escalateCase', { input: { reason: 'x', assigneeId: NOBODY } }, 'input.assigneeId'],
    ['reopenCase', { reason: '' }, 'reason'],
    ['reopenCase', { id: 'x' }, 'id'],
    ['makePromise', { input: { customerId: NOBODY, what: 'Call', dueAt: inDays(1) } }, 'input.customerId'],
    ['keepPromise', { id: NOBODY }, 'id'],
    ['keepPromise', { keptAt: inDays(1) }, 'keptAt'],
    [
      'setGoodwillAuthority',
      { input: { employeeId: NOBODY, limit: { amount: '1', currency: 'EUR' } } },
      'input.employeeId',
    ],
    [
      'setGoodwillAuthority',
      { input: { employeeId: EVA, limit: { amount: '-1', currency: 'EUR' } } },
      'input.limit.amount',
    ],
  ] as const)('%s refuses %j and writes nothing', async (name, wrong, argument) => {
    const given = await VALID[name]();
    const before = await written();
    const { refused } = await call(name, { ...given, ...wrong });
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await written()).toBe(before);
  });
});

describe('assignCase and escalateCase', () => {
  it('hands a case on, and back to nobody', async () => {
    const id = await openCase();
    expect(await done('assignCase', { id, assigneeId: EVA.toUpperCase() })).toMatchObject({ assignee: { id: EVA } });
    expect(await done('assignCase', { id })).toMatchObject({ assignee: null, version: 3 });
  });

  it('raises a case level by level, also while the customer is awaited, up to three', async () => {
    const id = await openCase();
    await done('replyToCase', { caseId: id, input: { body: 'Which?', employeeId: EVA, awaitingCustomer: true } });
    const first = await done('escalateCase', { id, input: { reason: 'Angry', assigneeId: LUC } });
    expect(first).toMatchObject({
      status: 'AWAITING_CUSTOMER',
      escalationLevel: 1,
      escalationReason: 'Angry',
      assignee: { id: LUC },
    });
    await done('escalateCase', { id, input: { reason: 'Still' } });
    expect(await done('escalateCase', { id, input: { reason: 'Press' } })).toMatchObject({
      escalationLevel: 3,
      escalationReason: 'Press',
      assignee: { id: LUC },
    });
    const { refused } = await call('escalateCase', { id, input: { reason: 'Again' } });
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id', escalationLevel: 3 });
  });

  it('are for cases that are not over', async () => {
    const id = await openCase();
    await done('resolveCase', { id, resolution: 'Done' });
    for (const name of ['assignCase', 'escalateCase'] as const) {
      const { refused } = await call(name, { id, input: { reason: 'x' } });
      expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', status: 'RESOLVED', allowed: ['OPEN'] });
    }
  });

  it('lose none of many changes at once', async () => {
    const id = await openCase();
    await Promise.all([
      done('assignCase', { id, assigneeId: LUC }),
      ...Array.from({ length: 3 }, () => done('escalateCase', { id, input: { reason: 'x' } })),
      ...Array.from({ length: 3 }, () => done('replyToCase', { caseId: id, input: { body: 'x' } })),
    ]);
    const { data } = await subgraph.ask(
      'query ($id: ID!) { case(id: $id) { version escalationLevel assignee { id } messages { totalCount } } }',
      { id },
    );
    const [messages, assignee] = [{ totalCount: 3 }, { id: LUC }];
    expect(data.case).toEqual({ version: 8, escalationLevel: 3, assignee, messages });
  });
});

describe('reopenCase', () => {
  it('opens a resolved case again, and keeps its resolution in its history', async () => {
    const id = await openCase();
    const resolved = await done('resolveCase', { id, resolution: 'Replaced' });
    expect(Date.parse(resolved.reopenableUntil) - Date.parse(resolved.resolvedAt)).toBe(30 * DAY);
    const reopened = await done('reopenCase', { id, reason: ' Broke again ', expectedVersion: 2 });
    expect(reopened).toMatchObject({
      status: 'OPEN',
      resolvedAt: null,
      resolution: null,
      reopenableUntil: null,
      version: 3,
      statusChanges: {
        totalCount: 3,
        nodes: [
          { fromStatus: null, toStatus: 'OPEN', note: null },
          { fromStatus: 'OPEN', toStatus: 'RESOLVED', note: 'Replaced' },
          { fromStatus: 'RESOLVED', toStatus: 'OPEN', note: 'Broke again' },
        ],
      },
    });
    const { refused } = await call('reopenCase', { id, reason: 'Again' });
    expect(refused).toMatchObject({ status: 'OPEN', allowed: ['AWAITING_CUSTOMER', 'RESOLVED'] });
  });

  it('keeps the resolution of a case that was resolved before there was a history', async () => {
    const id = await openCase();
    await subgraph.database.query(
      sql`UPDATE service_case SET status = 'RESOLVED', resolved_at = now(), resolution = 'Old' WHERE id = ${id}`,
    );
    const { statusChanges } = await done('reopenCase', { id, reason: 'New' });
    expect(statusChanges.nodes.slice(1)).toEqual([
      { fromStatus: null, toStatus: 'RESOLVED', note: 'Old' },
      { fromStatus: 'RESOLVED', toStatus: 'OPEN', note: 'New' },
    ]);
  });

  it.each([
    ['RESOLVED', 31],
    ['CLOSED', 1],
  ] as const)('leaves a case that is %s for %i days', async (status, days) => {
    const id = await openCase();
    const moment = new Date(Date.now() - days * DAY);
    const manager = subgraph.database.dataSource.manager;
    await manager.update(Case, { id }, { status, openedAt: moment, resolvedAt: moment });
    const { refused } = await call('reopenCase', { id, reason: 'x' });
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id', status, allowed: [] });
  });
});

describe('promises', () => {
  it('are made, kept once, and known as late', async () => {
    const caseId = await openCase();
    const { data } = await subgraph.ask('query ($id: ID!) { case(id: $id) { customer { id } } }', { id: caseId });
    const input = {
      customerId: data.case.customer.id,
      caseId,
      what: ' Send a part ',
      dueAt: inDays(2),
      employeeId: EVA,
    };
    const made = await done('makePromise', { input });
    expect(made).toMatchObject({
      kind: 'COMMITMENT',
      what: 'Send a part',
      status: 'OWED',
      overdue: false,
      validUntil: null,
      keptAt: null,
      version: 1,
      employee: { id: EVA },
      case: { id: caseId },
      customer: { id: input.customerId },
    });
    await subgraph.database.query(sql`UPDATE promise SET due_at = now() - interval '1 hour' WHERE id = ${made.id}`);
    const late = await subgraph.ask('query ($id: ID!) { promise(id: $id) { status overdue } }', { id: made.id });
    expect(late.data.promise).toEqual({ status: 'OWED', overdue: true });
    const kept = await done('keepPromise', { id: made.id, expectedVersion: 1 });
    expect(kept).toMatchObject({ status: 'KEPT', overdue: false, version: 2 });
    const { refused } = await call('keepPromise', { id: made.id });
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id', status: 'KEPT', allowed: [] });
  });

  it('are kept by one of many who keep them at once', async () => {
    for (let i = 0; i < 3; i += 1) {
      const id = await promise();
      const all = await Promise.all(Array.from({ length: 10 }, () => call('keepPromise', { id })));
      expect(all.filter(({ answer }) => answer)).toHaveLength(1);
    }
  });

  it('can be warranties, which run out, and are kept only while they are valid', async () => {
    const validUntil = inDays(700);
    const id = await promise({ kind: 'WARRANTY', what: 'Two years on the motor', dueAt: null, validUntil });
    const read = () => subgraph.ask(`{ promise(id: "${id}") { kind status overdue dueAt validUntil } }`);
    expect((await read()).data.promise).toEqual({
      kind: 'WARRANTY',
      status: 'OWED',
      overdue: false,
      dueAt: validUntil,
      validUntil,
    });
    const ranOut = new Date(Date.now() - DAY);
    await subgraph.database.query(sql`UPDATE promise SET due_at = ${ranOut}, valid_until = ${ranOut} WHERE id = ${id}`);
    expect((await read()).data.promise).toMatchObject({ status: 'EXPIRED', overdue: false });
    const { refused } = await call('keepPromise', { id });
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', status: 'EXPIRED', allowed: [] });
    expect(await done('keepPromise', { id, keptAt: inDays(-2) })).toMatchObject({ status: 'KEPT' });
    const found = await subgraph.ask('{ promises(filter: { kind: WARRANTY }) { totalCount } }');
    expect(found.data.promises.totalCount).toBe(1);
  });

  it.each([
    ['a commitment without a due time', { dueAt: null }, 'input.dueAt'],
    ['a commitment that is valid until', { validUntil: inDays(3) }, 'input.validUntil'],
    ['a warranty without an end', { kind: 'WARRANTY', dueAt: null }, 'input.validUntil'],
    ['a warranty with a due time', { kind: 'WARRANTY', validUntil: inDays(3) }, 'input.dueAt'],
    ['a due time that has passed', { dueAt: inDays(-1) }, 'input.dueAt'],
    ['a due time beyond reason', { dueAt: inDays(5000) }, 'input.dueAt'],
    ['an empty promise', { what: '' }, 'input.what'],
    ['a promise over its limit', { what: 'x'.repeat(201) }, 'input.what'],
    ["a case of somebody else's", { caseId: 'other' }, 'input.caseId'],
    ['an unknown employee', { employeeId: NOBODY }, 'input.employeeId'],
  ])('refuse %s', async (_what, more: object, argument) => {
    const wrong = 'caseId' in more ? { caseId: await openCase() } : more;
    const input = { customerId: await newCustomer(), what: 'Call', dueAt: inDays(1), ...wrong };
    const before = await written();
    const { refused } = await call('makePromise', { input });
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await written()).toBe(before);
  });
});

const authority = (employeeId: string, amount: string, currency = 'EUR') =>
  done('setGoodwillAuthority', { input: { employeeId, limit: { amount, currency } } });
const grant = (customerId: string, employeeId: string, amount: string, currency = 'EUR') =>
  call('grantGoodwill', { input: { customerId, employeeId, reason: 'Late', amount: { amount, currency } } });

describe('goodwill', () => {
  it('is granted within the authority, all together, and above it refused with the limit and who may', async () => {
    await authority(EVA, '50');
    await authority(LUC, '500');
    await authority(ANA, '9999');
    await authority(ANA, '200');
    const customerId = await newCustomer();
    expect((await grant(customerId, EVA, '30.10')).answer).toMatchObject({
      amount: { amount: '30.10', currency: 'EUR' },
      authority: { amount: '50.00' },
      employee: { id: EVA },
      customer: { id: customerId },
    });
    const before = await written();
    const { refused, message } = await grant(customerId, EVA, '19.91');
    expect(refused).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'input.amount',
      limit: { amount: '50.00', currency: 'EUR' },
      granted: { amount: '30.10', currency: 'EUR' },
      mayGrant: [
        { employeeId: ANA, limit: { amount: '200.00' } },
        { employeeId: LUC, limit: { amount: '500.00' } },
      ],
    });
    expect(message).toContain('50.00 EUR');
    expect(message).toContain(LUC);
    expect(await written()).toBe(before);
    expect((await grant(customerId, EVA, '19.90')).message).toBeUndefined();
    // Another customer, another employee and another currency are limits of their own.
    expect((await grant(await newCustomer(), EVA, '50')).message).toBeUndefined();
    expect((await grant(customerId, ANA, '200')).message).toBeUndefined();
    const nobody = await grant(customerId, ANA, '0.01', 'JPY');
    expect(nobody.refused).toMatchObject({ limit: { amount: '0', currency: 'JPY' }, mayGrant: [] });
  });

  it('forgets what was granted more than thirty days ago', async () => {
    await authority(LUC, '10', 'CHF');
    const customerId = await newCustomer();
    const old = { id: uuid(), at: new Date(Date.now() - 31 * DAY) };
    await subgraph.database
      .query(sql`INSERT INTO goodwill (id, customer_id, amount, currency, reason, employee_id, granted_at)
      VALUES (${old.id}, ${customerId}, 10, 'CHF', 'Old', ${LUC}, ${old.at})`);
    expect((await grant(customerId, LUC, '10', 'CHF')).message).toBeUndefined();
    expect((await grant(customerId, LUC, '0.01', 'CHF')).refused).toBeDefined();
  });

  it('stays within the authority when it is granted many times at once', async () => {
    await authority(LUC, '50', 'DKK');
    const customerId = await newCustomer();
    const all = await Promise.all(Array.from({ length: 8 }, () => grant(customerId, LUC, '20', 'DKK')));
    expect(all.filter(({ answer }) => answer)).toHaveLength(2);
  });

  it('has authority in versions, of which two writers at once lose none', async () => {
    await Promise.all(['1', '2', '3', '4'].map((amount) => authority(LUC, amount, 'PLN')));
    await authority(LUC, '1', 'AUD');
    const selection = 'goodwillAuthorities { version limit { currency } }';
    const [luc, nobody] = await subgraph.entities('Employee', [LUC, NOBODY], selection);
    const known = luc.goodwillAuthorities.filter(({ limit }: { limit: { currency: string } }) =>
      ['AUD', 'PLN'].includes(limit.currency),
    );
    expect(known).toEqual([
      { version: 1, limit: { currency: 'AUD' } },
      { version: 4, limit: { currency: 'PLN' } },
    ]);
    expect(nobody.goodwillAuthorities).toEqual([]);
  });

  it.each([
    ['nothing', { amount: { amount: '0.00', currency: 'EUR' } }, 'input.amount.amount'],
    ['less than nothing', { amount: { amount: '-1', currency: 'EUR' } }, 'input.amount.amount'],
    ['without a reason', { reason: ' ' }, 'input.reason'],
    ['to an unknown customer', { customerId: NOBODY }, 'input.customerId'],
    ['by an unknown employee', { employeeId: NOBODY }, 'input.employeeId'],
    ["for a case of somebody else's", { caseId: 'other' }, 'input.caseId'],
  ])('is not granted: %s', async (_what, more: object, argument) => {
    const { input } = (await VALID.grantGoodwill()) as { input: object };
    const wrong = 'caseId' in more ? { caseId: await openCase() } : more;
    const before = await written();
    const { refused } = await call('grantGoodwill', { input: { ...input, ...wrong } });
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await written()).toBe(before);
  });

  it.each(['goodwill', 'goodwill_authority', 'case_status_change'])('is on record for good in %s', async (table) => {
    await done('grantGoodwill', await VALID.grantGoodwill());
    await openCase();
    const { dataSource } = subgraph.database;
    for (const statement of [`UPDATE ${table} SET id = id`, `DELETE FROM ${table}`]) {
      await expect(dataSource.query(statement)).rejects.toThrow('append-only');
    }
  });
});

describe('touchpoints', () => {
  it('show the case that they are about, also by one of its messages, in two statements', async () => {
    const id = await openCase({ body: 'Help' });
    const { data } = await subgraph.ask('query ($id: ID!) { case(id: $id) { messages { nodes { id } } } }', { id });
    const sources = [
      { type: 'Case', id: id.toUpperCase() },
      { type: 'CaseMessage', id: data.case.messages.nodes[0].id },
      { type: 'Case', id: NOBODY },
      { type: 'CaseMessage', id: 'x' },
      { type: 'Order', id },
      null,
    ];
    const representations = sources.map((source) => ({ __typename: 'Touchpoint', id: uuid(), source }));
    let answer: Awaited<ReturnType<typeof subgraph.ask>> | undefined;
    const statements = await subgraph.statements(async () => {
      answer = await subgraph.ask(
        'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Touchpoint { case { id } } } }',
        { representations: [...representations, { __typename: 'Touchpoint', id: 'x' }] },
      );
    });
    const about = { case: { id } };
    const nothing = { case: null };
    expect(answer?.data._entities).toEqual([about, about, nothing, nothing, nothing, nothing, null]);
    expect(statements.length).toBeLessThanOrEqual(3);
  });
});
