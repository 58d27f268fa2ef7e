import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { Employee } from '../../subgraphs/identity/entities/Employee.js';
import { CaseOrderBy } from '../../subgraphs/service/caseList.js';
import { Case } from '../../subgraphs/service/entities/Case.js';
import { CaseMessage } from '../../subgraphs/service/entities/CaseMessage.js';
import { Goodwill } from '../../subgraphs/service/entities/Goodwill.js';
import { ServicePromise } from '../../subgraphs/service/entities/ServicePromise.js';
import { GoodwillOrderBy } from '../../subgraphs/service/goodwillList.js';
import { PromiseOrderBy } from '../../subgraphs/service/promiseList.js';
import { service } from '../../subgraphs/service/subgraph.js';
import { planOf } from '../support/planOf.js';
import { startTestSubgraph } from '../support/startTestSubgraph.js';
import { untilEmployeesKnown } from '../support/untilEmployeesKnown.js';

const NOBODY = '018f0000-0000-7000-8000-000000000000';
const HOUR = 3_600_000;
const EMPLOYEE = uuid();

let subgraph: Awaited<ReturnType<typeof startTestSubgraph>>;
beforeAll(async () => {
  // Around the clock, so that due times can be told by elapsed time.
  subgraph = await startTestSubgraph(service, {
    SERVICE_BUSINESS_DAYS: 'MO,TU,WE,TH,FR,SA,SU',
    SERVICE_BUSINESS_HOURS: '00:00-24:00',
  });
  await subgraph.identity.database.dataSource.manager.insert(Employee, {
    id: EMPLOYEE,
    name: 'Eva Agent',
    active: true,
    createdAt: new Date(),
  });
  await untilEmployeesKnown(subgraph, [EMPLOYEE]);
});
afterAll(() => subgraph.stop());

let serial = 0;
/** The id of a customer nobody else in this file has. */
async function newCustomer(): Promise<string> {
  serial += 1;
  const { data } = await subgraph.identity.ask(
    `mutation ($email: String!) {
      identifyCustomer(input: { displayName: "Somebody", emails: [$email] }) { customer { id } }
    }`,
    { email: `somebody${serial}@example.com` },
  );
  return data.identifyCustomer.customer.id;
}

/** Puts a case in as a row: open since an hour, due in an hour and in two, unless told otherwise. */
async function putCase(more: Partial<Case> & { customerId: string }): Promise<string> {
  const id = uuid();
  await subgraph.database.dataSource.manager.insert(Case, {
    id,
    subject: 'Put in',
    kind: 'QUESTION',
    channel: 'PHONE',
    priority: 'NORMAL',
    status: more.resolvedAt ? 'RESOLVED' : 'OPEN',
    openedAt: at(-1),
    firstResponseDueAt: at(1),
    resolutionDueAt: at(2),
    ...more,
  });
  return id;
}

/** So many hours from now. */
function at(hours: number): Date {
  return new Date(Date.now() + hours * HOUR);
}

const CASE = `id number customer { id } subject kind channel priority status assignee { id } openedAt firstRespondedAt
  resolvedAt resolution version sla { firstResponseDueAt resolutionDueAt breached breachesAt stoppedSince clock }
  messages { totalCount nodes { author employee { id } body sentAt case { id } } }`;
const OPEN = `mutation ($input: OpenCaseInput!) { openCase(input: $input) { ${CASE} } }`;
const REPLY = `mutation ($caseId: ID!, $input: ReplyToCaseInput!, $expectedVersion: Int) {
  replyToCase(caseId: $caseId, input: $input, expectedVersion: $expectedVersion) { ${CASE} }
}`;
const RESOLVE = `mutation ($id: ID!, $resolution: String!, $expectedVersion: Int) {
  resolveCase(id: $id, resolution: $resolution, expectedVersion: $expectedVersion) { ${CASE} }
}`;

/** Opens a case through the graph; returns it. */
async function opened(more: object = {}) {
  const customerId = await newCustomer();
  const input = { customerId, subject: 'It does not start', kind: 'PROBLEM', channel: 'EMAIL', ...more };
  const { data, errors } = await subgraph.ask(OPEN, { input });
  expect(errors).toBeUndefined();
  return data.openCase;
}

async function reply(caseId: string, input: object, expectedVersion?: number) {
  const { data, errors } = await subgraph.ask(REPLY, { caseId, input, expectedVersion });
  expect(errors).toBeUndefined();
  return data.replyToCase;
}

/** How many rows all tables hold together, and how often cases changed. */
async function rowCount() {
  const [row] = await subgraph.database.query<{ n: string }>(sql`SELECT
    ((SELECT count(*) + coalesce(sum(version), 0) FROM service_case) + (SELECT count(*) FROM case_message))::text AS n`);
  return row?.n;
}

/** The ids of a customer's list, read to its end in pages of two. */
async function walk(field: string, args: string, customerId: string): Promise<string[]> {
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const page = `(first: 2, ${args}, after: ${JSON.stringify(after)})`;
    const [entity] = await subgraph.entities(
      'Customer',
      [customerId],
      `list: ${field}${page} { nodes { id } pageInfo { hasNextPage endCursor } }`,
    );
    seen.push(...entity.list.nodes.map(({ id }: { id: string }) => id));
    after = entity.list.pageInfo.hasNextPage ? entity.list.pageInfo.endCursor : null;
  } while (after);
  return seen;
}

/** The inputs of a metric by name. */
function inputs(metric: { explain: { inputs: { name: string; value: string }[] } }) {
  return Object.fromEntries(metric.explain.inputs.map(({ name, value }) => [name, value]));
}

/** A moment of a day long ago. */
function day(time: string): Date {
  return new Date(`2026-03-01T${time}Z`);
}

describe('openCase', () => {
  it("opens a case with a number, due times by priority and the customer's words as its first message", async () => {
    const customerId = await newCustomer();
    const input = {
      customerId: customerId.toUpperCase(),
      subject: '  It does not start ',
      kind: 'PROBLEM',
      channel: 'EMAIL',
      priority: 'URGENT',
      body: 'Help!',
      assigneeId: EMPLOYEE.toUpperCase(),
    };
    const { data, errors } = await subgraph.ask(OPEN, { input });
    expect(errors).toBeUndefined();
    const { openedAt, ...rest } = data.openCase;
    const hoursAfter = (hours: number) => new Date(Date.parse(openedAt) + hours * HOUR).toISOString();
    expect(Math.abs(Date.parse(openedAt) - Date.now())).toBeLessThan(60_000);
    expect(rest).toEqual({
      id: expect.any(String),
      number: expect.stringMatching(/^C-\d{6}$/),
      customer: { id: customerId },
      subject: 'It does not start',
      kind: 'PROBLEM',
      channel: 'EMAIL',
      priority: 'URGENT',
      status: 'OPEN',
      assignee: { id: EMPLOYEE },
      firstRespondedAt: null,
      resolvedAt: null,
      resolution: null,
      version: 1,
      sla: {
        firstResponseDueAt: hoursAfter(1),
        resolutionDueAt: hoursAfter(8),
        breached: false,
        breachesAt: hoursAfter(1),
        stoppedSince: null,
        clock: 'BUSINESS_HOURS',
      },
      messages: {
        totalCount: 1,
        nodes: [{ author: 'CUSTOMER', employee: null, body: 'Help!', sentAt: openedAt, case: { id: rest.id } }],
      },
    });
    const again = await subgraph.ask('query ($id: ID!) { case(id: $id) { number } }', { id: rest.id });
    expect(again.data.case.number).toBe(rest.number);
  });

  it('numbers cases one after another', async () => {
    const numbers = [await opened(), await opened()].map(({ number }) => Number(number.slice(2)));
    expect(numbers[1]).toBe((numbers[0] ?? 0) + 1);
  });

  it('counts from the moment when the customer came, where that was before now', async () => {
    const openedAt = at(-30).toISOString();
    const late = await opened({ openedAt, priority: 'HIGH' });
    expect(late).toMatchObject({ openedAt, sla: { breached: true } });
    expect(Date.parse(late.sla.resolutionDueAt) - Date.parse(openedAt)).toBe(16 * HOUR);
    expect(late.messages.totalCount).toBe(0);
  });

  it.each([
    ['an unknown customer', { customerId: NOBODY }, 'input.customerId'],
    ['a customer id that is no UUID', { customerId: 'x' }, 'input.customerId'],
    ['an empty customer id', { customerId: '' }, 'input.customerId'],
    ['an unknown assignee', { assigneeId: NOBODY }, 'input.assigneeId'],
    ['an empty assignee id', { assigneeId: '' }, 'input.assigneeId'],
    ['an empty subject', { subject: ' ' }, 'input.subject'],
    ['a subject over its limit', { subject: 'x'.repeat(201) }, 'input.subject'],
    ['a body over its limit', { body: 'x'.repeat(10_001) }, 'input.body'],
    ['a future opening', { openedAt: at(1) }, 'input.openedAt'],
    ['an absurd opening', { openedAt: '1970-01-01T00:00:00Z' }, 'input.openedAt'],
  ])('refuses %s and writes nothing', async (_what, more, argument) => {
    const customerId = await newCustomer();
    const before = await rowCount();
    const input = { customerId, subject: 'Refused', kind: 'QUESTION', channel: 'PHONE', ...more };
    const { data, errors } = await subgraph.ask(OPEN, { input });
    expect(data).toBeNull();
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await rowCount()).toBe(before);
  });
});

describe('replyToCase', () => {
  it("takes the first employee's reply as the first response, and no later one", async () => {
    const { id } = await opened({ body: 'Help!' });
    const byCustomer = await reply(id, { body: 'Anybody there?' });
    expect(byCustomer).toMatchObject({ firstRespondedAt: null, version: 2 });
    const first = await reply(id, { body: 'Yes.', employeeId: EMPLOYEE });
    expect(first.firstRespondedAt).toBe(first.messages.nodes[2].sentAt);
    const second = await reply(id, { body: 'Still here.', employeeId: EMPLOYEE });
    expect(second).toMatchObject({ firstRespondedAt: first.firstRespondedAt, version: 4 });
    expect(second.messages.nodes.map((node: { author: string; body: string }) => [node.author, node.body])).toEqual([
      ['CUSTOMER', 'Help!'],
      ['CUSTOMER', 'Anybody there?'],
      ['EMPLOYEE', 'Yes.'],
      ['EMPLOYEE', 'Still here.'],
    ]);
    expect(second.messages.nodes[3].employee).toEqual({ id: EMPLOYEE });
  });

  it('waits for the customer until they reply, or an employee says otherwise', async () => {
    const { id } = await opened();
    const ours = { body: 'Which model?', employeeId: EMPLOYEE };
    expect(await reply(id, { ...ours, awaitingCustomer: true })).toMatchObject({ status: 'AWAITING_CUSTOMER' });
    expect(await reply(id, ours)).toMatchObject({ status: 'AWAITING_CUSTOMER' });
    expect(await reply(id, { body: 'The red one.' })).toMatchObject({ status: 'OPEN' });
    expect(await reply(id, { ...ours, awaitingCustomer: true })).toMatchObject({ status: 'AWAITING_CUSTOMER' });
    expect(await reply(id, { ...ours, awaitingCustomer: false })).toMatchObject({ status: 'OPEN' });
  });

  it.each([
    ['an unknown employee', { employeeId: NOBODY }, 'input.employeeId'],
    ['an empty text', { body: '' }, 'input.body'],
    ['a text over its limit', { body: 'x'.repeat(10_001) }, 'input.body'],
    ['a customer who waits for the customer', { awaitingCustomer: true }, 'input.awaitingCustomer'],
  ])('refuses %s and writes nothing', async (_what, more, argument) => {
    const { id } = await opened();
    const before = await rowCount();
    const { errors } = await subgraph.ask(REPLY, { caseId: id, input: { body: 'Hello', ...more } });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await rowCount()).toBe(before);
  });

  it.each([NOBODY, 'x', ''])('refuses an unknown case %j', async (caseId) => {
    const { errors } = await subgraph.ask(REPLY, { caseId, input: { body: 'Hello' } });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'caseId' });
  });

  it('refuses a stale version with the current one, and writes nothing', async () => {
    const { id } = await opened();
    await reply(id, { body: 'One' }, 1);
    const before = await rowCount();
    const { errors } = await subgraph.ask(REPLY, { caseId: id, input: { body: 'Two' }, expectedVersion: 1 });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 2 });
    expect(await rowCount()).toBe(before);
  });

  it('loses none of many replies at once', async () => {
    const { id } = await opened();
    await Promise.all(Array.from({ length: 8 }, (_, i) => reply(id, { body: `Reply ${i}`, employeeId: EMPLOYEE })));
    const { data } = await subgraph.ask(`query ($id: ID!) { case(id: $id) { ${CASE} } }`, { id });
    expect(data.case).toMatchObject({ version: 9, messages: { totalCount: 8 } });
    expect(data.case.firstRespondedAt).toBe(data.case.messages.nodes[0].sentAt);
  });
});

describe('resolveCase', () => {
  it('resolves an open case and one that waits for the customer', async () => {
    for (const awaitingCustomer of [false, true]) {
      const { id } = await opened();
      await reply(id, { body: 'Try this.', employeeId: EMPLOYEE, awaitingCustomer });
      const { data, errors } = await subgraph.ask(RESOLVE, { id, resolution: ' Replaced. ', expectedVersion: 2 });
      expect(errors).toBeUndefined();
      expect(data.resolveCase).toMatchObject({ status: 'RESOLVED', resolution: 'Replaced.', version: 3 });
      expect(Math.abs(Date.parse(data.resolveCase.resolvedAt) - Date.now())).toBeLessThan(60_000);
    }
  });

  it('ends it: a resolved or closed case is not resolved again and takes no reply', async () => {
    const { id } = await opened();
    await subgraph.ask(RESOLVE, { id, resolution: 'Done' });
    const closed = await putCase({ customerId: await newCustomer(), status: 'CLOSED', resolvedAt: at(0) });
    const before = await rowCount();
    for (const [caseId, status, allowed] of [
      [id, 'RESOLVED', ['OPEN']],
      [closed, 'CLOSED', []],
    ] as const) {
      const again = await subgraph.ask(RESOLVE, { id: caseId, resolution: 'Done twice' });
      const late = await subgraph.ask(REPLY, { caseId, input: { body: 'But…' } });
      const refused = { code: 'BAD_USER_INPUT', status, allowed };
      expect(again.errors?.[0]?.extensions).toMatchObject({ ...refused, argument: 'id' });
      expect(late.errors?.[0]?.extensions).toMatchObject({ ...refused, argument: 'caseId' });
      expect(late.errors?.[0]?.message).toContain('openCase');
    }
    expect(await rowCount()).toBe(before);
  });

  it.each([
    ['an unknown case', { id: NOBODY }, 'BAD_USER_INPUT', 'id'],
    ['an empty resolution', { resolution: ' ' }, 'BAD_USER_INPUT', 'resolution'],
    ['a resolution over its limit', { resolution: 'x'.repeat(10_001) }, 'BAD_USER_INPUT', 'resolution'],
    ['a stale version', { expectedVersion: 7 }, 'CONFLICT', 'expectedVersion'],
  ])('refuses %s and writes nothing', async (_what, more, code, argument) => {
    const { id } = await opened();
    const before = await rowCount();
    const { errors } = await subgraph.ask(RESOLVE, { id, resolution: 'Done', ...more });
    expect(errors?.[0]?.extensions).toMatchObject({ code, argument });
    expect(await rowCount()).toBe(before);
  });
});

describe('lists', () => {
  it('pages through each list of a customer, each row once, equal times too', async () => {
    const customerId = await newCustomer();
    const manager = subgraph.database.dataSource.manager;
    const moment = at(-5);
    const ids = Array.from({ length: 5 }, () => uuid());
    await manager.insert(
      ServicePromise,
      ids.map((id) => ({ id, customerId, what: 'Call back', dueAt: moment })),
    );
    const grant = { customerId, amountValue: '5', amountCurrency: 'EUR', reason: 'Late', employeeId: EMPLOYEE };
    await manager.insert(
      Goodwill,
      ids.map((id) => ({ ...grant, id, grantedAt: moment })),
    );
    const cases: string[] = [];
    for (let i = 0; i < 5; i += 1) cases.push(await putCase({ customerId, openedAt: moment }));
    const reversed = ids.toReversed();
    expect(await walk('promises', 'orderBy: DUE_AT_ASC', customerId)).toEqual(ids);
    expect(await walk('promises', 'orderBy: DUE_AT_DESC', customerId)).toEqual(reversed);
    expect(await walk('goodwill', 'orderBy: GRANTED_AT_DESC', customerId)).toEqual(reversed);
    expect(await walk('goodwill', 'orderBy: GRANTED_AT_ASC', customerId)).toEqual(ids);
    expect(await walk('cases', 'orderBy: OPENED_AT_DESC', customerId)).toEqual(cases.toReversed());
    expect(await walk('cases', 'orderBy: OPENED_AT_ASC', customerId)).toEqual(cases);
    expect(new Set(await walk('cases', 'orderBy: RESOLUTION_DUE_AT_ASC', customerId))).toEqual(new Set(cases));
  });

  it('filters cases by status, kind, assignee and number, at the root and of a customer, totals too', async () => {
    const customerId = await newCustomer();
    const assigneeId = uuid();
    const complaint = await putCase({ customerId, kind: 'COMPLAINT', assigneeId });
    await putCase({ customerId, kind: 'COMPLAINT', status: 'CLOSED', resolvedAt: at(0), assigneeId });
    await putCase({ customerId, kind: 'QUESTION' });
    const [entity] = await subgraph.entities(
      'Customer',
      [customerId],
      `complaints: cases(filter: { kind: COMPLAINT }) { totalCount }
       closed: cases(filter: { kind: COMPLAINT, status: CLOSED }) { totalCount }
       all: cases { totalCount }`,
    );
    expect(entity).toEqual({ complaints: { totalCount: 2 }, closed: { totalCount: 1 }, all: { totalCount: 3 } });

    const root = `query ($filter: CaseFilter) { cases(filter: $filter) { totalCount nodes { id number } } }`;
    const mine = await subgraph.ask(root, { filter: { assigneeId, status: 'OPEN' } });
    expect(mine.data.cases).toMatchObject({ totalCount: 1, nodes: [{ id: complaint }] });
    const { number } = mine.data.cases.nodes[0];
    for (const written of [number, ` ${number.toLowerCase()}`, String(Number(number.slice(2)))]) {
      const found = await subgraph.ask(root, { filter: { number: written } });
      expect(found.data.cases).toEqual({ totalCount: 1, nodes: [{ id: complaint, number }] });
    }
    for (const filter of [{ number: 'C-9999999999' }, { number: '' }, { number: 'x' }, { assigneeId: '' }]) {
      expect((await subgraph.ask(root, { filter })).data.cases).toEqual({ totalCount: 0, nodes: [] });
    }
  });

  it('tells promises kept from promises owed, and goodwill by who granted it, in exact money', async () => {
    const customerId = await newCustomer();
    const employeeId = uuid();
    const caseId = await putCase({ customerId });
    const manager = subgraph.database.dataSource.manager;
    const [kept, owed, grant] = [uuid(), uuid(), uuid()];
    await manager.insert(ServicePromise, [
      { id: kept, customerId, caseId, what: 'Send a part', dueAt: at(-1), keptAt: at(-2) },
      { id: owed, customerId, what: 'Two years of warranty', dueAt: at(1) },
    ]);
    await manager.insert(Goodwill, {
      id: grant,
      customerId,
      caseId,
      employeeId,
      reason: 'Late',
      grantedAt: at(0),
      amountValue: '12.5',
      amountCurrency: 'EUR',
    });
    const [entity] = await subgraph.entities(
      'Customer',
      [customerId],
      `kept: promises(filter: { kept: true }) { totalCount nodes { id what dueAt keptAt case { id } } }
       owed: promises(filter: { kept: false }) { totalCount nodes { id case { id } customer { id } } }
       goodwill { totalCount nodes { id amount { amount currency } reason employee { id } case { id } } }`,
    );
    expect(entity.kept).toMatchObject({ totalCount: 1, nodes: [{ id: kept, case: { id: caseId } }] });
    expect(entity.owed).toEqual({ totalCount: 1, nodes: [{ id: owed, case: null, customer: { id: customerId } }] });
    expect(entity.goodwill).toMatchObject({
      totalCount: 1,
      nodes: [{ id: grant, amount: { amount: '12.50', currency: 'EUR' }, employee: { id: employeeId } }],
    });
    const { data } = await subgraph.ask(
      `query ($employeeId: ID!, $grant: ID!, $kept: ID!) {
        goodwillGrants(filter: { employeeId: $employeeId }) { totalCount nodes { id } }
        goodwill(id: $grant) { id } promise(id: $kept) { id }
        promises(filter: { kept: true }, orderBy: DUE_AT_DESC) { nodes { id } }
        nothing: goodwill(id: "${NOBODY}") { id } nonsense: promise(id: "x") { id } noCase: case(id: "") { id }
      }`,
      { employeeId, grant, kept },
    );
    expect(data).toEqual({
      goodwillGrants: { totalCount: 1, nodes: [{ id: grant }] },
      goodwill: { id: grant },
      promise: { id: kept },
      promises: { nodes: [{ id: kept }] },
      nothing: null,
      nonsense: null,
      noCase: null,
    });
  });

  it.each(['cases', 'promises', 'goodwillGrants'])('refuses a bad page of %s', async (list) => {
    for (const [args, argument] of [
      ['first: 0', 'first'],
      ['first: 101', 'first'],
      ['after: "nonsense"', 'after'],
    ]) {
      const { errors } = await subgraph.ask(`{ ${list}(${args}) { totalCount nodes { id } } }`);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    }
  });

  it('has an index for each filter in each order', async () => {
    const lists: [string, string[], string[]][] = [
      [
        'cases',
        Object.keys(CaseOrderBy),
        ['{}', '{ status: OPEN }', '{ kind: COMPLAINT }', `{ assigneeId: "${EMPLOYEE}" }`],
      ],
      ['promises', Object.keys(PromiseOrderBy), ['{}', '{ kept: true }', '{ kept: false }']],
      ['goodwillGrants', Object.keys(GoodwillOrderBy), ['{}', `{ employeeId: "${EMPLOYEE}" }`]],
    ];
    for (const [list, orders, filters] of lists) {
      for (const orderBy of orders) {
        for (const filter of filters) {
          const query = `{ ${list}(filter: ${filter}, orderBy: ${orderBy}) { nodes { id } } }`;
          const [statement = ''] = await subgraph.statements(() => subgraph.ask(query));
          const plan = await planOf(subgraph.database.dataSource, statement);
          expect([query, plan]).toEqual([query, expect.stringContaining('Index')]);
          expect([query, plan]).toEqual([query, expect.not.stringMatching(/Seq Scan|Sort|Filter/)]);
        }
      }
    }
  });

  it("has an index for each order of a customer's list", async () => {
    for (const [list, orders] of [
      ['cases', Object.keys(CaseOrderBy)],
      ['promises', Object.keys(PromiseOrderBy)],
      ['goodwill', Object.keys(GoodwillOrderBy)],
    ] as const) {
      for (const orderBy of orders) {
        const selection = `${list}(orderBy: ${orderBy}) { nodes { id } }`;
        const [statement = ''] = await subgraph.statements(() => subgraph.entities('Customer', [NOBODY], selection));
        const plan = await planOf(subgraph.database.dataSource, statement);
        expect([selection, plan]).toEqual([selection, expect.stringContaining('Index')]);
        expect([selection, plan]).toEqual([selection, expect.not.stringMatching(/Seq Scan|Sort|Filter/)]);
      }
    }
  });
});

describe('metrics', () => {
  const METRICS = `
    openCaseCount { value explain { formula inputs { name value } n asOf } }
    complaintCount { value explain { inputs { name value } n } }
    averageFirstResponse { seconds explain { inputs { name value } n } }
    slaCompliance { value explain { formula inputs { name value } n } }`;

  it('are zero or null for a customer without cases', async () => {
    const [entity] = await subgraph.entities('Customer', [await newCustomer()], METRICS);
    expect(entity).toMatchObject({
      openCaseCount: { value: 0, explain: { n: 0 } },
      complaintCount: { value: 0, explain: { n: 0 } },
      averageFirstResponse: { seconds: null, explain: { n: 0 } },
      slaCompliance: { value: null, explain: { n: 0 } },
    });
  });

  it('are what one computes by hand', async () => {
    const customerId = await newCustomer();
    const old = { customerId, openedAt: day('08:00:00'), firstResponseDueAt: day('10:00:00') };
    // Met: answered after 30 minutes and 10.5 seconds, resolved in time.
    await putCase({
      ...old,
      kind: 'COMPLAINT',
      firstRespondedAt: day('08:30:10.500'),
      resolvedAt: day('12:00:00'),
      resolutionDueAt: day('12:00:00'),
    });
    // Missed: resolved late, answered after an hour. It is closed.
    await putCase({
      ...old,
      kind: 'COMPLAINT',
      status: 'CLOSED',
      firstRespondedAt: day('09:00:00'),
      resolvedAt: day('12:00:01'),
      resolutionDueAt: day('12:00:00'),
    });
    // Missed: open, and the first reply is overdue though the resolution is not.
    await putCase({ ...old, resolutionDueAt: at(5) });
    // Met: resolved in time without a reply, which is an answer too.
    await putCase({ ...old, resolvedAt: day('10:00:00'), resolutionDueAt: day('12:00:00') });
    // Undecided: open and within its times; a complaint that waits for the customer.
    await putCase({ customerId, kind: 'COMPLAINT', status: 'AWAITING_CUSTOMER' });
    // Somebody else's.
    await putCase({ customerId: await newCustomer(), kind: 'COMPLAINT' });

    const [entity] = await subgraph.entities('Customer', [customerId], METRICS);
    expect(entity.openCaseCount).toMatchObject({ value: 2, explain: { formula: 'OPEN + AWAITING_CUSTOMER', n: 2 } });
    expect(inputs(entity.openCaseCount)).toEqual({ OPEN: '1', AWAITING_CUSTOMER: '1' });
    expect(entity.complaintCount).toMatchObject({ value: 3, explain: { n: 3 } });
    expect(inputs(entity.complaintCount)).toEqual({ open: '1', settled: '2' });
    expect(entity.averageFirstResponse).toMatchObject({ seconds: (1810.5 + 3600) / 2, explain: { n: 2 } });
    expect(inputs(entity.averageFirstResponse)).toEqual({ seconds: '5410.5', answered: '2' });
    expect(entity.slaCompliance).toMatchObject({ value: 0.5, explain: { formula: 'met / (met + missed)', n: 4 } });
    expect(inputs(entity.slaCompliance)).toEqual({ met: '2', missed: '2', undecided: '1' });
  });

  it('count as missed exactly the cases whose sla says breached', async () => {
    const customerId = await newCustomer();
    // Some of them on the dot: what comes at the due moment has kept it.
    const [early, late, future] = [at(-2), at(-1), at(1)];
    for (const firstRespondedAt of [null, early, late]) {
      for (const resolvedAt of [null, early, late]) {
        for (const [firstResponseDueAt, resolutionDueAt] of [
          [early, early],
          [early, late],
          [early, future],
          [future, late],
          [future, future],
        ]) {
          const due = { firstResponseDueAt, resolutionDueAt };
          await putCase({ customerId, openedAt: at(-4), firstRespondedAt, resolvedAt, ...due });
        }
      }
    }
    const [entity] = await subgraph.entities(
      'Customer',
      [customerId],
      `${METRICS} cases(first: 100) { nodes { resolvedAt sla { breached } } }`,
    );
    const nodes: { resolvedAt: string | null; sla: { breached: boolean } }[] = entity.cases.nodes;
    expect(nodes).toHaveLength(45);
    const count = (is: (node: (typeof nodes)[number]) => boolean) => String(nodes.filter(is).length);
    expect(inputs(entity.slaCompliance)).toEqual({
      met: count((node) => !node.sla.breached && node.resolvedAt !== null),
      missed: count((node) => node.sla.breached),
      undecided: count((node) => !node.sla.breached && node.resolvedAt === null),
    });
    for (const value of Object.values(inputs(entity.slaCompliance))) expect(Number(value)).toBeGreaterThan(0);
  });
});

describe('_entities', () => {
  it('runs as many statements for fifty customers as for one, whatever is asked', async () => {
    const ids = Array.from({ length: 50 }, () => uuid());
    const manager = subgraph.database.dataSource.manager;
    for (const customerId of ids) {
      for (let i = 0; i < 2; i += 1) {
        const caseId = await putCase({ customerId, assigneeId: EMPLOYEE });
        const message = { caseId, author: 'EMPLOYEE' as const, employeeId: EMPLOYEE, body: 'Hello', sentAt: at(0) };
        await manager.insert(CaseMessage, [
          { ...message, id: uuid() },
          { ...message, id: uuid() },
        ]);
        await manager.insert(ServicePromise, { id: uuid(), customerId, caseId, what: 'Call', dueAt: at(1) });
        const amount = { amountValue: '1', amountCurrency: 'EUR' };
        const goodwill = { id: uuid(), customerId, caseId, reason: 'Late', employeeId: EMPLOYEE, grantedAt: at(0) };
        await manager.insert(Goodwill, { ...goodwill, ...amount });
      }
    }
    const selection = `id
      cases(first: 2) { totalCount nodes { ${CASE.replace('messages', 'messages(first: 1)')} } }
      open: cases(first: 1, filter: { status: OPEN }, orderBy: RESOLUTION_DUE_AT_ASC) { totalCount nodes { id } }
      steps: cases(first: 2) { nodes { timeToResolve { seconds explain { n } } escalationLevel reopenableUntil
        statusChanges(first: 1) { totalCount nodes { id toStatus note } } } }
      warranties: promises(first: 1, filter: { kind: WARRANTY }) { totalCount nodes { id } }
      promises(first: 2) { totalCount nodes { id kind status overdue validUntil what dueAt keptAt employee { id } case { id } customer { id } } }
      goodwill(first: 2) { totalCount nodes { id amount { amount } authority { amount } reason case { id } employee { id } } }
      openCaseCount { value } complaintCount { value } averageFirstResponse { seconds } averageTimeToResolve { seconds }
      slaCompliance { value }`;
    let answers = 0;
    const run = (customerIds: string[]) =>
      subgraph.statements(async () => {
        const entities = await subgraph.entities('Customer', customerIds, selection);
        for (const entity of entities) answers += entity.cases.nodes[1].messages.nodes.length;
      });
    const one = await run(ids.slice(0, 1));
    const fifty = await run(ids);
    expect(answers).toBe(51);
    expect(fifty).toHaveLength(one.length);
    expect(fifty.length).toBeGreaterThan(0);
  });

  it('reads fifty cases, messages, promises and goodwills in one statement each', async () => {
    const customerId = await newCustomer();
    const ids = await Promise.all(Array.from({ length: 50 }, () => putCase({ customerId })));
    for (const [typename, known] of [
      ['Case', 50],
      ['CaseMessage', 0],
      ['Promise', 0],
      ['Goodwill', 0],
    ] as const) {
      let found: unknown[] = [];
      const statements = await subgraph.statements(async () => {
        found = await subgraph.entities(typename, ids, 'id');
      });
      expect(statements).toHaveLength(1);
      expect(found.filter(Boolean)).toHaveLength(known);
    }
  });

  it('answers in order and in canonical ids, with null for what is malformed, and duplicates alike', async () => {
    const customerId = await newCustomer();
    const customers = await subgraph.entities('Customer', [customerId.toUpperCase(), 'x', customerId], 'id');
    expect(customers).toEqual([{ id: customerId }, null, { id: customerId }]);
    const id = await putCase({ customerId });
    const selection = 'id customer { id }';
    const cases = await subgraph.entities('Case', [id.toUpperCase(), 'x', NOBODY, id], selection);
    const expected = { id, customer: { id: customerId } };
    expect(cases).toEqual([expected, null, null, expected]);
  });
});
