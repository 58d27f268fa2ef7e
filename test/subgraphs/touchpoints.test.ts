import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pino } from 'pino';
import { v7 as uuid } from 'uuid';
import { Employee } from '../../subgraphs/identity/entities/Employee.js';
import { Journey } from '../../subgraphs/touchpoints/entities/Journey.js';
import { Touchpoint } from '../../subgraphs/touchpoints/entities/Touchpoint.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import { startSubgraph } from '../../subgraphs/kit/serve/startSubgraph.js';
import { touchpoints } from '../../subgraphs/touchpoints/subgraph.js';
import { planOf } from '../support/planOf.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { createTestDatabase } from '../support/postgres.js';
import { askSubgraph, startTestSubgraph, type TestSubgraph } from '../support/startTestSubgraph.js';
import { untilEmployeesKnown } from '../support/untilEmployeesKnown.js';

const UNKNOWN = '018f0000-0000-7000-8000-000000000000';

let subgraph: TestSubgraph & { identity: TestSubgraph };
let employeeId: string;

beforeAll(async () => {
  subgraph = await startTestSubgraph(touchpoints);
  employeeId = uuid();
  const employee = { id: employeeId, name: 'Ada Agent', active: true };
  await subgraph.identity.database.dataSource.manager.insert(Employee, employee);
  await untilEmployeesKnown(subgraph, [employeeId]);
});
afterAll(() => subgraph.stop());

let serial = 0;

const unknown = (argument: string) => `${argument}: "${UNKNOWN}"`;

async function newCustomer(): Promise<string> {
  serial += 1;
  const { data, errors } = await subgraph.identity.ask(
    'mutation ($input: IdentifyCustomerInput!) { identifyCustomer(input: $input) { customer { id } } }',
    { input: { displayName: `Person ${serial}`, emails: [`person${serial}@example.com`] } },
  );
  expect(errors).toBeUndefined();
  return data.identifyCustomer.customer.id as string;
}

/** Puts touchpoints of a customer in, a day apart from 2026-01-01 on unless they say otherwise; their summaries are 0, 1, 2… */
async function insert(customerId: string, rows: readonly Partial<Touchpoint>[]): Promise<void> {
  await subgraph.database.dataSource.manager.insert(
    Touchpoint,
    rows.map((row, index) => ({
      id: uuid(),
      customerId,
      occurredAt: new Date(Date.UTC(2026, 0, 1 + index)),
      recordedAt: new Date(),
      channel: 'PHONE' as const,
      direction: 'INBOUND' as const,
      kind: 'CONTACT' as const,
      department: 'SALES' as const,
      summary: String(index),
      ...row,
    })),
  );
}

async function newJourney(customerId: string, more: Partial<Journey> = {}): Promise<string> {
  const id = uuid();
  await subgraph.database.dataSource.manager.insert(Journey, {
    id,
    customerId,
    subject: 'A late parcel',
    status: 'OPEN',
    openedAt: new Date('2026-01-01T00:00:00Z'),
    lastTouchAt: new Date('2026-01-02T00:00:00Z'),
    ...more,
  });
  return id;
}

async function timeline(customerId: string, filter: string): Promise<string[]> {
  const [customer] = await subgraph.entities(
    'Customer',
    [customerId],
    `timeline(filter: { ${filter} }) { nodes { summary } totalCount }`,
  );
  const summaries = customer.timeline.nodes.map((node: { summary: string }) => node.summary);
  expect(customer.timeline.totalCount).toBe(summaries.length);
  return summaries;
}

const RECORD = `mutation ($input: RecordTouchpointInput!) {
  recordTouchpoint(input: $input) {
    id occurredAt recordedAt channel direction kind department summary sentiment emotion
    customer { id } employee { id } source { type id } journey { id }
  }
}`;

const CALL = { channel: 'PHONE', direction: 'INBOUND', department: 'SERVICE', summary: 'Asked where the parcel is' };

describe('recordTouchpoint', () => {
  it('puts what happened on the timeline, under the canonical customer id', async () => {
    const customerId = await newCustomer();
    const { data, errors } = await subgraph.ask(RECORD, {
      input: {
        ...CALL,
        customerId: customerId.toUpperCase(),
        occurredAt: '2026-03-01T10:30:00+01:00',
        kind: 'CASE',
        employeeId,
        sentiment: 'NEGATIVE',
        emotion: 'anger',
        source: { type: 'pbx.call', id: '4711' },
      },
    });
    expect(errors).toBeUndefined();
    expect(data.recordTouchpoint).toMatchObject({
      ...CALL,
      occurredAt: '2026-03-01T09:30:00.000Z',
      kind: 'CASE',
      sentiment: 'NEGATIVE',
      emotion: 'anger',
      customer: { id: customerId },
      employee: { id: employeeId },
      source: { type: 'pbx.call', id: '4711' },
      journey: { id: expect.any(String) },
    });
    const [customer] = await subgraph.entities('Customer', [customerId], 'timeline { nodes { id } } lastContactAt');
    expect(customer).toEqual({
      timeline: { nodes: [{ id: data.recordTouchpoint.id }] },
      lastContactAt: '2026-03-01T09:30:00.000Z',
    });
  });

  it('records one source once, also when it comes several times at once, and changes nothing afterwards', async () => {
    const input = { ...CALL, customerId: await newCustomer(), source: { type: 'pbx.call', id: 'once' } };
    const answers = await Promise.all([1, 2, 3, 4].map(() => subgraph.ask(RECORD, { input })));
    const again = await subgraph.ask(RECORD, { input: { ...input, summary: 'Other words' } });
    expect(again.data.recordTouchpoint.summary).toBe(CALL.summary);
    const ids = new Set([...answers, again].map(({ data }) => data.recordTouchpoint.id));
    expect(ids.size).toBe(1);
    expect(await timeline(input.customerId, '')).toHaveLength(1);
  });

  it('records one more each time when there is no source', async () => {
    const input = { ...CALL, customerId: await newCustomer() };
    await subgraph.ask(RECORD, { input });
    await subgraph.ask(RECORD, { input });
    expect(await timeline(input.customerId, '')).toHaveLength(2);
  });

  it('answers an idempotencyKey that it knows with what it answered first, also when both come at once', async () => {
    const customerId = await newCustomer();
    const call = (summary: string) =>
      subgraph.ask(
        RECORD.replace('($input:', '($key: String, $input:').replace('(input:', '(idempotencyKey: $key, input:'),
        { key: `call-${customerId}`, input: { ...CALL, customerId, summary, occurredAt: '2026-03-01T10:30:00Z' } },
      );
    const [first, second] = await Promise.all([call('Once'), call('Once')]);
    expect(first.errors).toBeUndefined();
    expect(second).toEqual(first);
    const other = await call('Something else');
    expect(other.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'idempotencyKey' });
    expect(await timeline(customerId, '')).toEqual(['Once']);
  });

  it('takes a clock that is four minutes ahead to mean now', async () => {
    const input = { ...CALL, customerId: await newCustomer(), occurredAt: new Date(Date.now() + 240_000) };
    const { data } = await subgraph.ask(RECORD, { input });
    expect(Date.parse(data.recordTouchpoint.occurredAt)).toBeLessThanOrEqual(Date.now());
  });

  it.each([
    ['an unknown customer', { customerId: UNKNOWN }, 'input.customerId'],
    ['a customer id that is no UUID', { customerId: '' }, 'input.customerId'],
    ['an unknown employee', { employeeId: UNKNOWN }, 'input.employeeId'],
    ['a moment in the future', { occurredAt: new Date(Date.now() + 360_000) }, 'input.occurredAt'],
    ['a moment of the year 1970', { occurredAt: new Date(0) }, 'input.occurredAt'],
    ['an empty summary', { summary: ' ' }, 'input.summary'],
    ['a summary over its limit', { summary: 'x'.repeat(501) }, 'input.summary'],
    ['an emotion over its limit', { emotion: 'x'.repeat(51) }, 'input.emotion'],
    ['a source without a type', { source: { type: '', id: '1' } }, 'input.source.type'],
  ])('refuses %s and writes nothing', async (_what, more, argument) => {
    const count = () => subgraph.database.dataSource.manager.count(Touchpoint);
    const before = await count();
    const { data, errors } = await subgraph.ask(RECORD, {
      input: { ...CALL, customerId: await newCustomer(), ...more },
    });
    expect(data).toBeNull();
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await count()).toBe(before);
  });

  it('refuses a source that is recorded for another customer', async () => {
    const source = { type: 'pbx.call', id: 'taken' };
    const first = await subgraph.ask(RECORD, { input: { ...CALL, customerId: await newCustomer(), source } });
    const other = await newCustomer();
    const { errors } = await subgraph.ask(RECORD, { input: { ...CALL, customerId: other, source } });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'input.source',
      touchpointId: first.data.recordTouchpoint.id,
    });
    expect(await timeline(other, '')).toEqual([]);
  });
});

describe('timeline', () => {
  it('is read backwards before a cursor, each once, in its own order, and says whether there is more on either side', async () => {
    const customerId = await newCustomer();
    for (let day = 1; day <= 5; day += 1) {
      const input = { ...CALL, customerId, summary: String(day), occurredAt: `2026-01-0${day}T10:00:00Z` };
      await subgraph.ask(RECORD, { input });
    }
    const page = async (args: string) => {
      const fields = `timeline(${args}) { nodes { summary } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;
      const [customer] = await subgraph.entities('Customer', [customerId], fields);
      const { nodes, totalCount, pageInfo } = customer.timeline;
      const summaries = nodes.map(({ summary }: { summary: string }) => summary).join('');
      return { summaries, totalCount, ...pageInfo };
    };
    const last = await page('last: 2');
    expect(last).toMatchObject({ summaries: '21', totalCount: 5, hasNextPage: false, hasPreviousPage: true });
    const before = await page(`last: 2, before: "${last.startCursor}"`);
    expect(before).toMatchObject({ summaries: '43', totalCount: 5, hasNextPage: true, hasPreviousPage: true });
    const first = await page(`before: "${before.startCursor}"`);
    expect(first).toMatchObject({ summaries: '5', totalCount: 5, hasNextPage: true, hasPreviousPage: false });
    expect(await page(`first: 2, after: "${first.endCursor}"`)).toMatchObject({ summaries: '43' });
    expect(await page('last: 9')).toMatchObject({ summaries: '54321', totalCount: 5, hasPreviousPage: false });
  });

  it('pages from the newest back, each once, when moments are equal or differ by a microsecond, while more arrive', async () => {
    const customerId = await newCustomer();
    const at = new Date('2026-02-01T12:00:00Z');
    await insert(customerId, [{ occurredAt: at }, { occurredAt: at }, { occurredAt: at }, {}, {}]);
    await subgraph.database.dataSource.query(
      `UPDATE touchpoint SET occurred_at = occurred_at + interval '1 microsecond' WHERE customer_id = $1 AND summary = '2'`,
      [customerId],
    );
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const [customer]: {
        timeline: { nodes: { summary: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
      }[] = await subgraph.entities(
        'Customer',
        [customerId],
        `timeline(first: 1, after: ${JSON.stringify(after)}) { nodes { summary } pageInfo { hasNextPage endCursor } }`,
      );
      seen.push(...(customer?.timeline.nodes ?? []).map(({ summary }) => summary));
      after = customer?.timeline.pageInfo.hasNextPage ? customer.timeline.pageInfo.endCursor : null;
      if (seen.length === 2)
        await insert(customerId, [{ occurredAt: new Date('2026-03-01'), summary: 'too late to be seen' }]);
    } while (after);
    expect(seen[0]).toBe('2');
    expect(seen.slice(1, 3).sort()).toEqual(['0', '1']);
    expect(seen.slice(3)).toEqual(['4', '3']);
  });

  it('filters by channels, directions, departments, kinds and a span of time', async () => {
    const customerId = await newCustomer();
    await insert(customerId, [
      {},
      { channel: 'EMAIL' },
      { channel: 'CHAT', direction: 'OUTBOUND' },
      { department: 'SERVICE', kind: 'COMPLAINT' },
      { department: 'MARKETING', kind: 'CAMPAIGN', direction: 'OUTBOUND' },
    ]);
    expect(await timeline(customerId, '')).toEqual(['4', '3', '2', '1', '0']);
    expect(await timeline(customerId, 'channels: [EMAIL, CHAT]')).toEqual(['2', '1']);
    expect(await timeline(customerId, 'directions: [OUTBOUND]')).toEqual(['4', '2']);
    expect(await timeline(customerId, 'departments: [SERVICE, MARKETING]')).toEqual(['4', '3']);
    expect(await timeline(customerId, 'kinds: [COMPLAINT]')).toEqual(['3']);
    expect(await timeline(customerId, 'kinds: [], channels: []')).toHaveLength(5);
    expect(await timeline(customerId, 'from: "2026-01-02T00:00:00Z", to: "2026-01-04T00:00:00Z"')).toEqual(['2', '1']);
    expect(await timeline(customerId, 'departments: [MARKETING], channels: [EMAIL]')).toEqual([]);
  });

  it('finds feelings, and beginnings of words whatever the case, the punctuation and the writing', async () => {
    const customerId = await newCustomer();
    const summaries = [
      'Asked where her PARCEL is (order #47-11)',
      'Wrote to maria.huber@example.com',
      'Herr Öztürk’s „Brücke“ war spät',
    ];
    await insert(customerId, [
      { summary: summaries[0], sentiment: 'NEGATIVE' },
      { summary: summaries[1] },
      { summary: summaries[2] },
    ]);
    const found = async (text: string) =>
      (await timeline(customerId, `text: ${JSON.stringify(text)}`)).map((summary) => summaries.indexOf(summary));
    expect(await found('parc ask')).toEqual([0]);
    expect(await found('arcel')).toEqual([]);
    expect(await found('47-11')).toEqual([0]);
    expect(await found('#47 PARCEL!')).toEqual([0]);
    expect(await found('huber@EXAMPLE')).toEqual([1]);
    expect(await found('öztürk BRÜCKE SPÄ')).toEqual([2]);
    expect(await found('w')).toEqual([2, 1, 0]);
    for (const text of [`' | & ! :* \\ % <-> "`, '💥', "par':* | 'x"]) expect(await found(text)).toEqual([]);
    expect(await timeline(customerId, 'sentiments: [NEGATIVE]')).toEqual([summaries[0]]);
    expect(await timeline(customerId, 'sentiments: [POSITIVE], text: "parcel"')).toEqual([]);
  });

  it.each([
    ['first: 0', 'first'],
    ['first: 101', 'first'],
    ['last: 0', 'last'],
    ['last: 101', 'last'],
    ['first: 1, last: 1', 'first'],
    ['after: "x", before: "y"', 'after'],
    ['before: "x"', 'before'],
    ['after: "nonsense"', 'after'],
    [`after: "${Buffer.from('["Touchpoint.OCCURRED_AT_ASC","x","y"]').toString('base64url')}"`, 'after'],
  ])('refuses %s', async (args, argument) => {
    const { data, errors } = await subgraph.ask(
      `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Customer { timeline(${args}) { totalCount } } } }`,
      { representations: [{ __typename: 'Customer', id: UNKNOWN }] },
    );
    expect(data._entities).toEqual([{ timeline: null }]);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });
});

describe('journeys', () => {
  it('hold what happened across channels and departments, and are found by state', async () => {
    const customerId = await newCustomer();
    const open = await newJourney(customerId);
    const closed = await newJourney(customerId, {
      subject: 'A first order',
      status: 'CLOSED',
      lastTouchAt: new Date('2026-01-05T00:00:00Z'),
    });
    await insert(customerId, [
      { journeyId: open, channel: 'EMAIL', department: 'SALES' },
      { journeyId: open, channel: 'PHONE', department: 'SERVICE' },
      { journeyId: closed },
      {},
    ]);
    const [customer] = await subgraph.entities(
      'Customer',
      [customerId],
      `journeys { totalCount nodes { id } }
       open: journeys(status: OPEN) { totalCount nodes { subject status touchpoints { totalCount nodes { summary department journey { id } } } } }
       newest: journeys(orderBy: OPENED_AT_DESC) { totalCount }`,
    );
    expect(customer).toEqual({
      journeys: { totalCount: 2, nodes: [{ id: closed }, { id: open }] },
      open: {
        totalCount: 1,
        nodes: [
          {
            subject: 'A late parcel',
            status: 'OPEN',
            touchpoints: {
              totalCount: 2,
              nodes: [
                { summary: '0', department: 'SALES', journey: { id: open } },
                { summary: '1', department: 'SERVICE', journey: { id: open } },
              ],
            },
          },
        ],
      },
      newest: { totalCount: 2 },
    });
    const { data } = await subgraph.ask(
      `query ($id: ID!, $customerId: ID!) {
        journey(id: $id) { customer { id } version }
        journeys(filter: { customerId: $customerId, status: CLOSED }) { totalCount nodes { id } }
        unknown: journey(id: "${UNKNOWN}") { id } malformed: touchpoint(id: "x") { id }
      }`,
      { id: open, customerId },
    );
    expect(data).toEqual({
      journey: { customer: { id: customerId }, version: 1 },
      journeys: { totalCount: 1, nodes: [{ id: closed }] },
      unknown: null,
      malformed: null,
    });
  });
});

describe('lists at the root', () => {
  it('find touchpoints by customer, channel, department, kind and employee, in both directions', async () => {
    const customerId = await newCustomer();
    await insert(customerId, [{}, { channel: 'LETTER', kind: 'PROMISE', department: 'OTHER', employeeId }]);
    for (const filter of ['channel: LETTER', 'kind: PROMISE', 'department: OTHER', `employeeId: "${employeeId}"`]) {
      const { data } = await subgraph.ask(
        `{ touchpoints(filter: { customerId: "${customerId}", ${filter} }) { totalCount nodes { summary } } }`,
      );
      expect(data.touchpoints).toEqual({ totalCount: 1, nodes: [{ summary: '1' }] });
    }
    const { data } = await subgraph.ask(
      `{ touchpoints(filter: { customerId: "${customerId}" }, orderBy: OCCURRED_AT_ASC) { nodes { summary } }
         nobody: touchpoints(filter: { customerId: "x" }) { totalCount } }`,
    );
    expect(data).toEqual({
      touchpoints: { nodes: [{ summary: '0' }, { summary: '1' }] },
      nobody: { totalCount: 0 },
    });
  });

  it('find touchpoints by words of all customers, and page through them', async () => {
    const ids = [await newCustomer(), await newCustomer()];
    for (const id of ids)
      await insert(id, [{ summary: 'Quokka one' }, { summary: 'A quokkas two', direction: 'OUTBOUND' }]);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data, errors } = await subgraph.ask(
        `query ($after: String) { touchpoints(filter: { text: "quokk", from: "2026-01-01T00:00:00Z" }, first: 3, after: $after) {
          totalCount nodes { id summary } pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
      expect(errors).toBeUndefined();
      expect(data.touchpoints.totalCount).toBe(4);
      seen.push(...data.touchpoints.nodes.map((node: { summary: string }) => node.summary));
      after = data.touchpoints.pageInfo.hasNextPage ? data.touchpoints.pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual(['A quokkas two', 'A quokkas two', 'Quokka one', 'Quokka one']);
    const { data } = await subgraph.ask(
      `{ ofOne: touchpoints(filter: { text: "quokka", customerId: "${ids[0]}" }, orderBy: OCCURRED_AT_ASC) { totalCount nodes { summary } }
         outbound: touchpoints(filter: { text: "quokkas", direction: OUTBOUND }) { totalCount }
         before: touchpoints(filter: { text: "quokkas", to: "2026-01-02T00:00:00Z" }) { totalCount } }`,
    );
    expect(data).toEqual({
      ofOne: { totalCount: 2, nodes: [{ summary: 'Quokka one' }, { summary: 'A quokkas two' }] },
      outbound: { totalCount: 2 },
      before: { totalCount: 0 },
    });
  });

  it.each(['', ' ', 'x'.repeat(201)])('refuse the text %j', async (text) => {
    const { errors } = await subgraph.ask(`{ touchpoints(filter: { text: ${JSON.stringify(text)} }) { totalCount } }`);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'filter.text' });
  });

  const lists: [string, string[], Record<string, string>][] = [
    [
      'touchpoints',
      ['OCCURRED_AT_DESC', 'OCCURRED_AT_ASC'],
      {
        customer_id: unknown('customerId'),
        channel: 'channel: EMAIL',
        department: 'department: SALES',
        kind: 'kind: ORDER',
        employee_id: unknown('employeeId'),
        direction: 'direction: OUTBOUND',
        occurred_at: 'from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z"',
      },
    ],
    [
      'journeys',
      ['LAST_TOUCH_AT_DESC', 'OPENED_AT_DESC'],
      { status: 'status: OPEN', customer_id: unknown('customerId') },
    ],
  ];
  it.each(lists)('%s has an index for each filter in each order', async (list, orders, conditions) => {
    for (const orderBy of orders) {
      for (const [column, condition] of [['', ''], ...Object.entries(conditions)] as const) {
        const [statement = ''] = await subgraph.statements(() =>
          subgraph.ask(`{ ${list}(orderBy: ${orderBy}, filter: { ${condition} }) { nodes { id } } }`),
        );
        const plan = await planOf(subgraph.database.dataSource, statement);
        expect(plan).not.toMatch(/Seq Scan|Sort/);
        const used =
          column === '' || plan.split('\n').some((line) => line.includes('Index Cond:') && line.includes(column));
        expect({ orderBy, column, used }).toEqual({ orderBy, column, used: true });
      }
    }
  });
});

const METRICS = `lastContactAt touchpointCount { value explain { formula n inputs { name value } } }
  channelMix { value { channel count share } explain { n inputs { name value } } }`;

describe('metrics', () => {
  it('count each channel, the most used first, and say their shares', async () => {
    const customerId = await newCustomer();
    await insert(customerId, [{ channel: 'CHAT' }, {}, { channel: 'EMAIL' }, {}]);
    const [customer] = await subgraph.entities('Customer', [customerId], METRICS);
    const inputs = [
      { name: 'PHONE', value: '2' },
      { name: 'CHAT', value: '1' },
      { name: 'EMAIL', value: '1' },
    ];
    expect(customer).toEqual({
      lastContactAt: '2026-01-04T00:00:00.000Z',
      touchpointCount: { value: 4, explain: { formula: 'sum over the channels of their touchpoints', n: 4, inputs } },
      channelMix: {
        value: [
          { channel: 'PHONE', count: 2, share: 0.5 },
          { channel: 'CHAT', count: 1, share: 0.25 },
          { channel: 'EMAIL', count: 1, share: 0.25 },
        ],
        explain: { n: 4, inputs: [...inputs, { name: 'touchpoints', value: '4' }] },
      },
    });
  });

  it('look at a period from its first moment to before its last, and tell who came to whom', async () => {
    const customerId = await newCustomer();
    await insert(customerId, [{}, { direction: 'OUTBOUND' }, {}, { channel: 'EMAIL' }]);
    const [customer] = await subgraph.entities(
      'Customer',
      [customerId],
      `inbound: lastContactAt(direction: INBOUND) outbound: lastContactAt(direction: OUTBOUND) lastContactAt
       channelMix(from: "2026-01-02T00:00:00Z", to: "2026-01-04T00:00:00Z") {
         value { channel count inbound outbound share } explain { inputs { name value } } }
       touchpointCount(from: "2026-01-03T00:00:00.001Z") { value }`,
    );
    expect(customer).toEqual({
      inbound: '2026-01-04T00:00:00.000Z',
      outbound: '2026-01-02T00:00:00.000Z',
      lastContactAt: '2026-01-04T00:00:00.000Z',
      channelMix: {
        value: [{ channel: 'PHONE', count: 2, inbound: 1, outbound: 1, share: 1 }],
        explain: {
          inputs: [
            { name: 'PHONE', value: '2' },
            { name: 'touchpoints', value: '2' },
            { name: 'from', value: '2026-01-02T00:00:00.000Z' },
            { name: 'to', value: '2026-01-04T00:00:00.000Z' },
          ],
        },
      },
      touchpointCount: { value: 1 },
    });
  });

  it.each([
    ['from: "2026-01-02T00:00:00Z", to: "2026-01-02T00:00:00Z"', 'to'],
    ['to: "0000-01-01T00:00:00Z"', 'to'],
  ])('refuse the period %s', async (period, argument) => {
    const { errors } = await subgraph.ask(
      `{ _entities(representations: [{ __typename: "Customer", id: "${UNKNOWN}" }]) { ... on Customer { channelMix(${period}) { explain { n } } } } }`,
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });

  it('agree with a plain count, whatever happened', async () => {
    const row = fc.record({
      channel: fc.constantFrom('PHONE' as const, 'EMAIL' as const, 'WEB' as const, 'REVIEW_SITE' as const),
      direction: fc.constantFrom('INBOUND' as const, 'OUTBOUND' as const),
      occurredAt: fc.integer({ min: 0, max: 100 }).map((hour) => new Date(Date.UTC(2026, 0, 1, hour))),
    });
    const period = fc
      .tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 50 }))
      .map(([from, length]) => [new Date(Date.UTC(2026, 0, 1, from)), new Date(Date.UTC(2026, 0, 1, from + length))]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(row, { maxLength: 12 }), { minLength: 3, maxLength: 3 }),
        period,
        async (histories, [from, to]) => {
          const ids = histories.map(() => uuid());
          for (const [index, history] of histories.entries()) await insert(ids[index] ?? '', history);
          const customers = await subgraph.entities(
            'Customer',
            ids,
            `${METRICS} inbound: lastContactAt(direction: INBOUND)
           during: channelMix(from: "${from?.toISOString()}", to: "${to?.toISOString()}") { value { channel count inbound outbound share } explain { n } }
           since: touchpointCount(from: "${from?.toISOString()}") { value }`,
          );
          for (const [index, history] of histories.entries()) {
            const within = history.filter(({ occurredAt }) => occurredAt >= from! && occurredAt < to!);
            const channels = [...new Set(within.map(({ channel }) => channel))];
            const expected = channels.map((channel) => {
              const own = within.filter((one) => one.channel === channel);
              const inbound = own.filter(({ direction }) => direction === 'INBOUND').length;
              return {
                channel,
                count: own.length,
                inbound,
                outbound: own.length - inbound,
                share: own.length / within.length,
              };
            });
            expected.sort((a, b) => (a.count === b.count ? a.channel.localeCompare(b.channel) : b.count - a.count));
            const latest = (rows: typeof history) =>
              rows
                .map((one) => one.occurredAt.toISOString())
                .sort()
                .at(-1) ?? null;
            const customer = customers[index];
            expect(customer.touchpointCount).toMatchObject({ value: history.length, explain: { n: history.length } });
            expect(customer.during).toEqual({ value: expected, explain: { n: within.length } });
            expect(customer.since.value).toBe(history.filter(({ occurredAt }) => occurredAt >= from!).length);
            expect(customer.lastContactAt).toBe(latest(history));
            expect(customer.inbound).toBe(latest(history.filter(({ direction }) => direction === 'INBOUND')));
            const all = customer.channelMix.value as { count: number; share: number }[];
            expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(history.length);
            const whole = all.reduce((sum, { share }) => sum + share, 0);
            expect(whole).toBeCloseTo(history.length === 0 ? 0 : 1, 12);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it('are zero or empty for a customer whom we never met', async () => {
    const [customer] = await subgraph.entities('Customer', [await newCustomer()], METRICS);
    expect(customer).toMatchObject({
      lastContactAt: null,
      touchpointCount: { value: 0, explain: { n: 0, inputs: [] } },
      channelMix: { value: [], explain: { n: 0 } },
    });
  });
});

describe('_entities', () => {
  it('runs as many statements for fifty customers as for one, whatever is asked', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 50; i += 1) {
      const customerId = await newCustomer();
      ids.push(customerId);
      const journeyId = await newJourney(customerId);
      await insert(customerId, [{ journeyId, employeeId }, {}, { channel: 'EMAIL' }]);
    }
    const touchpoint =
      'totalCount nodes { id summary customer { id } employee { id } source { id } journey { id subject } }';
    const selection = `id ${METRICS} inbound: lastContactAt(direction: INBOUND)
      mixes: channelMix(from: "2026-01-01T00:00:00Z") { value { inbound } } found: timeline(first: 2, filter: { text: "0" }) { totalCount }
      timeline(first: 2, filter: { channels: [PHONE, EMAIL] }) { ${touchpoint} pageInfo { endCursor } }
      journeys(first: 2, status: OPEN) { totalCount nodes { id customer { id } touchpoints(first: 2) { ${touchpoint} } } }`;
    const one = await subgraph.statements(() => subgraph.entities('Customer', ids.slice(0, 1), selection));
    const fifty = await subgraph.statements(() => subgraph.entities('Customer', ids, selection));
    expect(fifty).toHaveLength(one.length);
    expect(fifty.length).toBeGreaterThan(0);
    const entities = await subgraph.entities('Customer', ids, selection);
    expect(
      entities.map((customer: { id: string; timeline: { totalCount: number } }) => [
        customer.id,
        customer.timeline.totalCount,
      ]),
    ).toEqual(ids.map((customerId) => [customerId, 3]));
  });

  it('answers in order, with null for what is malformed or unknown, and duplicates alike', async () => {
    const customerId = await newCustomer();
    expect(await subgraph.entities('Customer', [customerId.toUpperCase(), 'x', customerId], 'id')).toEqual([
      { id: customerId },
      null,
      { id: customerId },
    ]);
    const journeyId = await newJourney(customerId);
    const { data } = await subgraph.ask(RECORD, { input: { ...CALL, customerId } });
    for (const [typename, known] of [
      ['Journey', journeyId],
      ['Touchpoint', data.recordTouchpoint.id as string],
    ] as const) {
      const found = await subgraph.entities(typename, [known, 'x', UNKNOWN, known], 'id');
      expect(found).toEqual([{ id: known }, null, null, { id: known }]);
    }
  });
});

// At the end, because the statistics of so many rows would change the plans that the tests above look at.
describe('a long timeline', () => {
  it('stays on its index with every filter, also for a customer with thousands among many', async () => {
    const customerId = await newCustomer();
    // A tenth of all rows are this customer's; among them every channel and kind.
    await subgraph.database.dataSource.query(
      `INSERT INTO touchpoint (id, customer_id, occurred_at, channel, direction, kind, department, summary, sentiment)
       SELECT gen_random_uuid(), CASE WHEN n % 10 = 0 THEN $1::uuid ELSE md5((n % 1000)::text)::uuid END,
         timestamptz '2025-01-01' + n * interval '1 minute',
         (ARRAY['PHONE', 'EMAIL', 'CHAT', 'WEB'])[1 + n / 10 % 4], (ARRAY['INBOUND', 'OUTBOUND'])[1 + n / 10 % 2],
         (ARRAY['CONTACT', 'ORDER', 'CASE'])[1 + n / 10 % 3], (ARRAY['SALES', 'SERVICE'])[1 + n / 10 % 2],
         'Asked about parcel ' || n,
         (ARRAY['POSITIVE', 'NEGATIVE', NULL])[1 + n / 10 % 3]
       FROM generate_series(1, 20000) AS n`,
      [customerId],
    );
    await subgraph.database.dataSource.query('ANALYZE touchpoint');
    for (const filter of [
      '',
      'channels: [EMAIL]',
      'directions: [INBOUND]',
      'departments: [SERVICE]',
      'kinds: [CASE, REVIEW]',
      'from: "2025-01-03T00:00:00Z"',
      'sentiments: [NEGATIVE]',
      'channels: [EMAIL], directions: [INBOUND], departments: [SERVICE], kinds: [CASE], to: "2026-01-01T00:00:00Z"',
    ]) {
      const [statement = ''] = await subgraph.statements(() =>
        subgraph.entities('Customer', [customerId], `timeline(filter: { ${filter} }) { nodes { id } }`),
      );
      const explained = await subgraph.database.dataSource.query<{ 'QUERY PLAN': string }[]>(
        `EXPLAIN (GENERIC_PLAN) ${statement}`,
      );
      const plan = explained.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toContain('Index Scan Backward using touchpoint_by_customer on');
      expect(plan).not.toMatch(/Sort|Seq Scan/);
    }
  });

  it('is searched among the rows of its customer alone', async () => {
    for (const text of ['parcel', 'nothing has these words']) {
      const [statement = ''] = await subgraph.statements(() =>
        subgraph.entities('Customer', [uuid()], `timeline(filter: { text: "${text}" }) { nodes { id } }`),
      );
      const explained = await subgraph.database.dataSource.query<{ 'QUERY PLAN': string }[]>(
        `EXPLAIN (GENERIC_PLAN) ${statement}`,
      );
      const plan = explained.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toContain('Index Cond: (customer_id = parent.id)');
      expect(plan).not.toMatch(/touchpoint_by_words|Seq Scan/);
    }
  });

  it.each([
    ['touchpointCount(from: "2025-01-03T00:00:00Z") { value }', 'touchpoint_by_customer'],
    ['channelMix { explain { n } }', 'touchpoint_by_customer'],
    ['lastContactAt', 'touchpoint_by_customer_direction'],
  ])('costs %s no more than the rows of the customer', async (metric, index) => {
    const [statement = ''] = await subgraph.statements(() => subgraph.entities('Customer', [uuid()], metric));
    const explained = await subgraph.database.dataSource.query<{ 'QUERY PLAN': string }[]>(
      `EXPLAIN (GENERIC_PLAN) ${statement}`,
    );
    const plan = explained.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain(`${index} `);
    expect(plan).not.toContain('Seq Scan');
  });

  it('does not hinder a search over all customers, which reads the index of the words', async () => {
    for (const text of ['4711', 'parcel 4711', 'nothing has these words']) {
      const [statement = ''] = await subgraph.statements(() =>
        subgraph.ask(`{ touchpoints(filter: { text: "${text}" }) { nodes { id } } }`),
      );
      const explained = await subgraph.database.dataSource.query<{ 'QUERY PLAN': string }[]>(
        `EXPLAIN (GENERIC_PLAN) ${statement}`,
      );
      const plan = explained.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toContain('Bitmap Index Scan on touchpoint_by_words');
      expect(plan).not.toContain('Seq Scan');
    }
  });
});

describe('an employee', () => {
  it('has the touchpoints at which they were, of all customers, in one statement for many employees', async () => {
    const ids = [uuid(), uuid(), uuid()];
    for (const id of ids) await insert(uuid(), [{ employeeId: id }, { employeeId: id }, {}]);
    const selection = 'id touchpoints(first: 1) { totalCount nodes { summary employee { id } } }';
    const employees = await subgraph.entities('Employee', ids, selection);
    expect(employees).toEqual(
      ids.map((id) => ({ id, touchpoints: { totalCount: 2, nodes: [{ summary: '1', employee: { id } }] } })),
    );
    const one = await subgraph.statements(() => subgraph.entities('Employee', ids.slice(0, 1), selection));
    expect(await subgraph.statements(() => subgraph.entities('Employee', ids, selection))).toHaveLength(one.length);
    expect(await subgraph.entities('Employee', ['x'], 'id')).toEqual([null]);
  });
});

describe('the migrations', () => {
  it('run on a database with rows of the version before, and leave that version able to write', async () => {
    const database = await createTestDatabase();
    try {
      await migrateSubgraph({ ...touchpoints, migrations: touchpoints.migrations.slice(0, 1) }, database.url);
      const source = await createDataSource(touchpoints, { url: database.url, poolSize: 1 }).initialize();
      const row = (summary: string) =>
        source.query(
          `INSERT INTO touchpoint (id, customer_id, occurred_at, channel, direction, kind, department, summary)
           VALUES (gen_random_uuid(), $1, '2026-01-01Z', 'PHONE', 'INBOUND', 'CONTACT', 'SALES', $2)`,
          [UNKNOWN, summary],
        );
      await row('Written before');
      await migrateSubgraph(touchpoints, database.url);
      await row('Written after');
      await source.destroy();
      const config = {
        databaseUrl: database.url,
        host: '127.0.0.1',
        port: 0,
        identityUrl: 'http://127.0.0.1:1',
        signingKeys: [TEST_SIGNING_KEY],
        poolSize: 1,
      };
      const running = await startSubgraph(touchpoints, config, pino({ level: 'silent' }));
      const { data } = await askSubgraph(
        'touchpoints',
        running.url,
        '{ touchpoints(filter: { text: "writ" }) { nodes { summary } } }',
      );
      await running.stop();
      expect(data.touchpoints.nodes.map((node: { summary: string }) => node.summary).sort()).toEqual([
        'Written after',
        'Written before',
      ]);
    } finally {
      await database.drop();
    }
  });
});
