import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuid } from 'uuid';
import { Account } from '../../subgraphs/sales/entities/Account.js';
import { Activity } from '../../subgraphs/sales/entities/Activity.js';
import { ActivityDocument } from '../../subgraphs/sales/entities/ActivityDocument.js';
import { CategorySpend } from '../../subgraphs/sales/entities/CategorySpend.js';
import { Handover } from '../../subgraphs/sales/entities/Handover.js';
import { Lead } from '../../subgraphs/sales/entities/Lead.js';
import { Opportunity } from '../../subgraphs/sales/entities/Opportunity.js';
import { Order } from '../../subgraphs/sales/entities/Order.js';
import { OrderLine } from '../../subgraphs/sales/entities/OrderLine.js';
import { sales } from '../../subgraphs/sales/subgraph.js';
import { activityRow, knownCustomer, knownEmployee, opportunityRow, productRow } from '../support/salesRows.js';
import { EVERYONE } from '../support/asGateway.js';
import { startTestSubgraph, type GraphQLAnswer, type TestSubgraph } from '../support/startTestSubgraph.js';

const UNKNOWN = '018f0000-0000-7000-8000-000000000000';

let subgraph: TestSubgraph & { identity: TestSubgraph };
let customerId: string;
let employeeId: string;
let productId: string;

beforeAll(async () => {
  subgraph = await startTestSubgraph(sales);
  customerId = await knownCustomer(subgraph);
  employeeId = await knownEmployee(subgraph);
  productId = await productRow(subgraph, { unitPriceAmount: '9.75' });
});
afterAll(() => subgraph.stop());

const ORDER =
  'id number status placedAt total { amount currency } version customer { id } lines { position quantity unitPrice { amount } unitCost { amount } discount { amount } total { amount } product { id } }';
const PLACE = `mutation ($input: PlaceOrderInput!, $key: String) { placeOrder(input: $input, idempotencyKey: $key) { ${ORDER} } }`;
const MOVE_ORDER = `mutation ($id: ID!, $status: OrderStatus!, $version: Int, $key: String) {
  moveOrder(id: $id, status: $status, expectedVersion: $version, idempotencyKey: $key) { id status version }
}`;
const COMPLETE = `mutation ($id: ID!, $doneAt: DateTime, $version: Int, $key: String) {
  completeNextStep(activityId: $id, doneAt: $doneAt, expectedVersion: $version, idempotencyKey: $key) {
    version nextStep { doneAt owner { id } }
  }
}`;
const LOG = `mutation ($input: LogActivityInput!, $key: String) {
  logActivity(input: $input, idempotencyKey: $key) { id documents { name url mimeType } }
}`;
const LEAD =
  'id name status source interest email phone version disqualifiedReason convertedAt customer { id } owner { id } opportunity { id stage name amount { amount currency } expectedCloseOn owner { id } customer { id } stageHistory { stage } } qualification { budget { amount currency } authority need timing missing }';
const CAPTURE = `mutation ($input: CaptureLeadInput!, $key: String) { captureLead(input: $input, idempotencyKey: $key) { ${LEAD} } }`;
const QUALIFY = `mutation ($id: ID!, $input: QualifyLeadInput!, $version: Int, $key: String) {
  qualifyLead(id: $id, input: $input, expectedVersion: $version, idempotencyKey: $key) { ${LEAD} }
}`;
const CONVERT = `mutation ($id: ID!, $input: ConvertLeadInput!, $version: Int, $key: String) {
  convertLead(id: $id, input: $input, expectedVersion: $version, idempotencyKey: $key) { ${LEAD} }
}`;
const SPEND = `mutation ($input: SetCategorySpendInput!, $version: Int, $key: String) {
  setCategorySpend(input: $input, expectedVersion: $version, idempotencyKey: $key) {
    year amount { amount currency } source version employee { id }
  }
}`;
const ASSIGN = `mutation ($customerId: ID!, $ownerId: ID!, $version: Int, $key: String) {
  assignAccount(customerId: $customerId, ownerId: $ownerId, expectedVersion: $version, idempotencyKey: $key) {
    customer { id } owner { id } since version
  }
}`;
const HANDOVER =
  'id at note from { id } to { id } accountCount opportunityCount opportunityAmount { amount currency } nextStepCount overdueNextStepCount leadCount';
const REASSIGN = `mutation ($from: ID!, $to: ID!, $note: String, $key: String) {
  reassignPortfolio(from: $from, to: $to, note: $note, idempotencyKey: $key) { ${HANDOVER} items { totalCount nodes {
    kind account { id } opportunity { id } activity { id } lead { id } amount { amount } dueAt
  } } }
}`;

async function done(query: string, variables: object): Promise<GraphQLAnswer['data']> {
  const { data, errors } = await subgraph.ask(query, variables);
  expect(errors).toBeUndefined();
  return Object.values(data)[0];
}

/** How many rows there are of all that sales writes. */
async function rowCounts(): Promise<number[]> {
  const { manager } = subgraph.database.dataSource;
  const entities = [Account, Activity, ActivityDocument, CategorySpend, Handover, Lead, Opportunity, Order, OrderLine];
  return Promise.all(entities.map((entity) => manager.count(entity as typeof Account)));
}

/** What a call that must be refused says about it; fails when it wrote a row. */
async function refusal(query: string, variables: object): Promise<Record<string, unknown> | undefined> {
  const before = await rowCounts();
  const { errors } = await subgraph.ask(query, variables);
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  expect(await rowCounts()).toEqual(before);
  return errors?.[0]?.extensions;
}

const order = (more: object = {}) => ({ customerId, currency: 'EUR', lines: [{ productId, quantity: 1 }], ...more });
const line = (more: object) =>
  order({
    lines: [
      { productId, quantity: 1 },
      { productId, quantity: 1, ...more },
    ],
  });

describe('placeOrder', () => {
  it('takes a key for that of its caller: two applications that count alike place an order each', async () => {
    const call = { input: order(), key: 'order-1' };
    const place = async (application: string): Promise<string> => {
      const { data, errors } = await subgraph.ask(PLACE, call, { ...EVERYONE, subject: application });
      expect(errors).toBeUndefined();
      return data.placeOrder.id;
    };
    const first = await place('shop');
    const second = await place('telesales');
    expect(second).not.toBe(first);
    expect([await place('shop'), await place('telesales')]).toEqual([first, second]);
  });

  it('adds up exactly, takes the list price where none is given, and numbers the order', async () => {
    const lines = [
      { productId, quantity: 3, unitCost: '4.1', discount: '0.25' },
      { productId, quantity: 7, unitPrice: '0.0001' },
    ];
    const placed = await done(PLACE, { input: order({ customerId: customerId.toUpperCase(), lines }) });
    expect(placed).toMatchObject({
      number: expect.stringMatching(/^O-\d{6}$/),
      status: 'PLACED',
      total: { amount: '29.0007', currency: 'EUR' },
      version: 1,
      customer: { id: customerId },
      lines: [
        {
          position: 0,
          quantity: 3,
          unitPrice: { amount: '9.75' },
          unitCost: { amount: '4.10' },
          total: { amount: '29.00' },
        },
        { position: 1, quantity: 7, unitPrice: { amount: '0.0001' }, unitCost: null, discount: { amount: '0.00' } },
      ],
    });
    const { data } = await subgraph.ask(
      'query ($n: String!) { orders(filter: { number: $n }) { nodes { id total { amount } } } }',
      {
        n: placed.number,
      },
    );
    expect(data.orders.nodes).toEqual([{ id: placed.id, total: { amount: '29.0007' } }]);
  });

  it('gives each of many orders at once a number of its own, and passes over numbers that are taken', async () => {
    const { number } = await done(PLACE, { input: order() });
    const next = `O-${String(Number(number.slice(2)) + 1).padStart(6, '0')}`;
    await subgraph.database.dataSource.manager.update(Order, { number }, { number: next });
    const placed = await Promise.all(Array.from({ length: 8 }, () => done(PLACE, { input: order() })));
    expect(new Set([next, ...placed.map((one: { number: string }) => one.number)]).size).toBe(9);
  });

  it('takes two hundred lines', async () => {
    const lines = Array.from({ length: 200 }, () => ({ productId, quantity: 1, unitPrice: '0.1' }));
    expect((await done(PLACE, { input: order({ lines }) })).total.amount).toBe('20.00');
  });

  it.each([
    ['an unknown customer', () => order({ customerId: UNKNOWN }), 'input.customerId'],
    ['no lines', () => order({ lines: [] }), 'input.lines'],
    [
      '201 lines',
      () => order({ lines: Array.from({ length: 201 }, () => ({ productId, quantity: 1 })) }),
      'input.lines',
    ],
    ['an unknown product', () => line({ productId: UNKNOWN }), 'input.lines.1.productId'],
    ['a product id that is no UUID', () => line({ productId: 'x' }), 'input.lines.1.productId'],
    ['a quantity of zero', () => line({ quantity: 0 }), 'input.lines.1.quantity'],
    ['a negative price', () => line({ unitPrice: '-1' }), 'input.lines.1.unitPrice'],
    [
      'a discount over the price',
      () => line({ quantity: 2, unitPrice: '1', discount: '2.01' }),
      'input.lines.1.discount',
    ],
    ['a list price in another currency', () => order({ currency: 'USD' }), 'input.lines.0.unitPrice'],
    ['a total beyond all bounds', () => line({ quantity: 2, unitPrice: '999999999999999' }), 'input.lines'],
    ['an order in the future', () => order({ placedAt: new Date(Date.now() + 600_000) }), 'input.placedAt'],
  ])('refuses %s and writes nothing', async (_what, input, argument) => {
    expect(await refusal(PLACE, { input: input() })).toMatchObject({ argument });
  });

  it('refuses what is not for sale, unless the order is recorded afterwards', async () => {
    const lines = [{ productId: await productRow(subgraph, { active: false }), quantity: 1 }];
    expect(await refusal(PLACE, { input: order({ lines }) })).toMatchObject({ argument: 'input.lines.0.productId' });
    await done(PLACE, { input: order({ lines, placedAt: '2026-01-01T00:00:00Z' }) });
  });
});

describe('moveOrder', () => {
  it('goes forwards over steps that do not apply, and refuses what cannot follow', async () => {
    const following = {
      PLACED: ['CONFIRMED', 'SHIPPED', 'DELIVERED', 'CANCELLED'],
      CONFIRMED: ['SHIPPED', 'DELIVERED', 'CANCELLED'],
      SHIPPED: ['DELIVERED', 'CANCELLED'],
      DELIVERED: [],
      CANCELLED: [],
    };
    const { manager } = subgraph.database.dataSource;
    for (const [from, allowed] of Object.entries(following)) {
      for (const to of Object.keys(following)) {
        const { id } = await done(PLACE, { input: order() });
        await manager.update(Order, { id }, { status: from as Order['status'] });
        const { data, errors } = await subgraph.ask(MOVE_ORDER, { id, status: to });
        const expected = (allowed as string[]).includes(to) ? to : allowed;
        expect(data?.moveOrder.status ?? errors?.[0]?.extensions.allowed).toEqual(expected);
      }
    }
  });

  it('refuses an unknown order', () =>
    expect(refusal(MOVE_ORDER, { id: UNKNOWN, status: 'SHIPPED' })).resolves.toMatchObject({ argument: 'id' }));
});

const ago = (days: number) => new Date(Date.now() - days * 86_400_000);

describe('next steps and documents', () => {
  it('keeps up to twenty documents of an activity, in their order', async () => {
    const documents = Array.from({ length: 20 }, (_, index) => ({
      name: `Offer ${index}`,
      url: `https://example.com/${index}`,
    }));
    const input = { kind: 'EMAIL', customerId, subject: 'Offer', documents };
    const logged = await done(LOG, { input });
    expect(logged.documents).toEqual(documents.map((document) => ({ ...document, mimeType: null })));
    expect(await refusal(LOG, { input: { ...input, documents: [...documents, documents[0]] } })).toMatchObject({
      argument: 'input.documents',
    });
  });

  it.each([
    ['a document without a name', { name: ' ', url: 'https://example.com/' }, 'name'],
    ['an address that is none', { name: 'Offer', url: 'offer.pdf' }, 'url'],
    ['an address that runs a script', { name: 'Offer', url: 'javascript:alert(1)' }, 'url'],
    ['a media type that is none', { name: 'Offer', url: 'https://example.com/', mimeType: 'pdf' }, 'mimeType'],
  ])('refuses %s', (_what, document, field) =>
    expect(
      refusal(LOG, { input: { kind: 'CALL', customerId, subject: 'Offer', documents: [document] } }),
    ).resolves.toMatchObject({ argument: `input.documents.0.${field}` }),
  );

  it('completes a next step once, and says that nothing follows', async () => {
    const id = await activityRow(subgraph, {
      employeeId,
      occurredAt: ago(3),
      nextStepDescription: 'Call',
      nextStepDueAt: ago(1),
    });
    expect(await refusal(COMPLETE, { id, doneAt: ago(4) })).toMatchObject({ argument: 'doneAt' });
    const doneAt = ago(2);
    expect(await done(COMPLETE, { id, doneAt, version: 1 })).toEqual({
      version: 2,
      nextStep: { doneAt: doneAt.toISOString(), owner: { id: employeeId } },
    });
    expect(await refusal(COMPLETE, { id })).toMatchObject({ argument: 'activityId', allowed: [] });
    expect(await refusal(COMPLETE, { id: await activityRow(subgraph) })).toMatchObject({
      argument: 'activityId',
      allowed: [],
    });
    expect(await refusal(COMPLETE, { id: 'x' })).toMatchObject({ argument: 'activityId' });
  });

  it('lists what is overdue, the longest first, by employee and by customer', async () => {
    const [own, other] = [uuid(), uuid()];
    const step = (due: Date, more: Partial<Activity>) =>
      activityRow(subgraph, { occurredAt: ago(90), nextStepDescription: 'Call', nextStepDueAt: due, ...more });
    const later = await step(ago(1), { employeeId: own, customerId: other });
    const first = await step(ago(40), { employeeId: own });
    const given = await step(ago(20), { employeeId: other, nextStepOwnerId: own });
    await step(ago(30), { employeeId: own, nextStepOwnerId: other });
    await step(ago(30), { employeeId: own, nextStepDoneAt: ago(2) });
    await step(ago(-1), { employeeId: own });
    const { data } = await subgraph.ask(
      `query ($own: ID!, $other: ID!) {
        own: overdueFollowUps(filter: { employeeId: $own }) { totalCount nodes { id nextStep { owner { id } } } }
        customer: overdueFollowUps(filter: { customerId: $other }) { nodes { id } }
      }`,
      { own, other },
    );
    const owner = { nextStep: { owner: { id: own } } };
    expect(data).toEqual({
      own: { totalCount: 3, nodes: [first, given, later].map((id) => ({ id, ...owner })) },
      customer: { nodes: [{ id: later }] },
    });
  });
});

const captured = (input: object = {}) => done(CAPTURE, { input: { name: 'Jo Doe', source: 'EVENT', ...input } });
const BANT = { budget: { amount: '500', currency: 'EUR' }, authority: 'DECIDES', need: 'Faster', timing: '2027-06-30' };
const qualified = async (input: object = {}) => {
  const { id } = await captured(input);
  return done(QUALIFY, { id, input: { status: 'QUALIFIED', ...BANT } });
};

describe('leads', () => {
  it('are captured, qualified step by step, and converted into an opportunity of a customer', async () => {
    const owned = await knownCustomer(subgraph);
    const lead = await captured({
      email: 'Jo@Example.com',
      phone: '+493012345678',
      interest: 'GTX',
      ownerId: employeeId,
    });
    expect(lead).toMatchObject({
      name: 'Jo Doe',
      status: 'NEW',
      source: 'EVENT',
      email: 'jo@example.com',
      version: 1,
      customer: null,
      opportunity: null,
      owner: { id: employeeId },
      qualification: {
        budget: null,
        authority: null,
        need: null,
        timing: null,
        missing: ['budget', 'authority', 'need', 'timing'],
      },
    });
    const { id } = lead;
    const { need, ...rest } = BANT;
    const working = await done(QUALIFY, { id, input: { status: 'WORKING', ...rest }, version: 1 });
    expect(working).toMatchObject({
      status: 'WORKING',
      version: 2,
      qualification: { ...rest, budget: { amount: '500.00' }, missing: ['need'] },
    });
    expect(await refusal(QUALIFY, { id, input: { status: 'QUALIFIED' } })).toMatchObject({
      argument: 'input.status',
      missing: ['need'],
    });
    await done(QUALIFY, { id, input: { status: 'QUALIFIED', need } });

    const converted = await done(CONVERT, {
      id,
      input: { customerId: owned.toUpperCase(), name: 'Refit' },
      version: 3,
    });
    expect(converted).toMatchObject({
      status: 'CONVERTED',
      version: 4,
      convertedAt: expect.any(String),
      customer: { id: owned },
      opportunity: {
        stage: 'QUALIFICATION',
        name: 'Refit',
        amount: { amount: '500.00', currency: 'EUR' },
        expectedCloseOn: '2027-06-30',
        owner: { id: employeeId },
        customer: { id: owned },
        stageHistory: [{ stage: 'QUALIFICATION' }],
      },
    });
    const [customer] = await subgraph.entities(
      'Customer',
      [owned],
      'owner { id } leads(status: CONVERTED) { nodes { id } } opportunities { totalCount }',
    );
    expect(customer).toEqual({
      owner: { id: employeeId },
      leads: { nodes: [{ id }] },
      opportunities: { totalCount: 1 },
    });
    expect(await refusal(CONVERT, { id, input: { customerId: owned, name: 'Again' } })).toMatchObject({
      argument: 'id',
      allowed: [],
    });
    expect(await refusal(QUALIFY, { id, input: { status: 'WORKING' } })).toMatchObject({
      argument: 'input.status',
      allowed: [],
    });
  });

  it('follow their states, and say which can follow', async () => {
    const all = ['NEW', 'WORKING', 'QUALIFIED', 'CONVERTED', 'DISQUALIFIED'];
    const open = ['WORKING', 'QUALIFIED', 'DISQUALIFIED'];
    for (const [from, allowed] of Object.entries({
      NEW: open,
      WORKING: open,
      QUALIFIED: open,
      DISQUALIFIED: ['WORKING'],
    })) {
      for (const status of all) {
        const { id } = await captured();
        await subgraph.database.dataSource.manager.update(Lead, { id }, { status: from as Lead['status'] });
        const input = { status, ...BANT, ...(status === 'DISQUALIFIED' ? { disqualifiedReason: 'No need' } : {}) };
        const { data, errors } = await subgraph.ask(QUALIFY, { id, input });
        const expected = allowed.includes(status) ? status : allowed;
        expect(data?.qualifyLead.status ?? errors?.[0]?.extensions.allowed).toEqual(expected);
      }
    }
    for (const from of ['NEW', 'WORKING', 'DISQUALIFIED'] as const) {
      const { id } = await captured();
      await subgraph.database.dataSource.manager.update(Lead, { id }, { status: from });
      const input = { customerId, name: 'Refit' };
      const allowed = from === 'DISQUALIFIED' ? ['WORKING'] : open;
      expect(await refusal(CONVERT, { id, input })).toMatchObject({ argument: 'id', allowed });
    }
  });

  it('give up what was known when told to, and the reason when worked on again', async () => {
    const { id } = await qualified();
    await done(QUALIFY, {
      id,
      input: { status: 'DISQUALIFIED', disqualifiedReason: 'Too dear', budget: null, ownerId: employeeId },
    });
    expect(await done(QUALIFY, { id, input: { status: 'WORKING' } })).toMatchObject({
      disqualifiedReason: null,
      owner: { id: employeeId },
      qualification: { budget: null, need: 'Faster', missing: ['budget'] },
    });
  });

  it.each([
    ['an unknown customer', { customerId: UNKNOWN }, 'input.customerId'],
    ['an unknown employee', { ownerId: UNKNOWN }, 'input.ownerId'],
    ['an empty name', { name: ' ' }, 'input.name'],
    ['an email that is none', { email: 'x' }, 'input.email'],
    ['a phone that is not E.164', { phone: '030 123' }, 'input.phone'],
    ['a time in the future', { capturedAt: new Date(Date.now() + 600_000) }, 'input.capturedAt'],
  ])('are refused with %s', (_what, input, argument) =>
    expect(refusal(CAPTURE, { input: { name: 'Jo', source: 'WEB', ...input } })).resolves.toMatchObject({ argument }),
  );

  it.each([
    ['no reason', { status: 'DISQUALIFIED' }, 'input.disqualifiedReason'],
    ['a reason out of place', { status: 'WORKING', disqualifiedReason: 'x' }, 'input.disqualifiedReason'],
    ['a negative budget', { status: 'WORKING', budget: { amount: '-1', currency: 'EUR' } }, 'input.budget.amount'],
    ['an unknown employee', { status: 'WORKING', ownerId: UNKNOWN }, 'input.ownerId'],
  ])('are not qualified with %s', async (_what, input, argument) => {
    const { id } = await captured();
    expect(await refusal(QUALIFY, { id, input })).toMatchObject({ argument });
    const { data } = await subgraph.ask('query ($id: ID!) { lead(id: $id) { version } }', { id });
    expect(data.lead.version).toBe(1);
  });

  it('are converted for a customer who exists and is theirs, else nothing is written', async () => {
    const { id } = await qualified();
    const of = await qualified({ customerId });
    for (const [lead, input, argument] of [
      [id, {}, 'input.customerId'],
      [id, { customerId: UNKNOWN }, 'input.customerId'],
      [of.id, { customerId: await knownCustomer(subgraph) }, 'input.customerId'],
      [of.id, { stage: 'WON' }, 'input.stage'],
      [of.id, { productId: UNKNOWN }, 'input.productId'],
      [UNKNOWN, { customerId }, 'id'],
    ] as const) {
      expect(await refusal(CONVERT, { id: lead, input: { name: 'Refit', ...input } })).toMatchObject({ argument });
    }
    expect(
      await done(CONVERT, { id: of.id, input: { name: 'Refit', amount: { amount: '1', currency: 'USD' } } }),
    ).toMatchObject({
      customer: { id: customerId },
      opportunity: { amount: { amount: '1.00', currency: 'USD' } },
    });
  });
});

const year = new Date().getUTCFullYear();
const spend = (more: object = {}) => ({ customerId, year, amount: { amount: '100', currency: 'EUR' }, ...more });

describe('setCategorySpend', () => {
  it('enters, replaces and keeps years and currencies apart', async () => {
    const own = await knownCustomer(subgraph);
    await done(SPEND, { input: spend({ customerId: own, employeeId, source: ' Annual report ' }), version: 0 });
    const again = await done(SPEND, {
      input: spend({ customerId: own, amount: { amount: '120.5', currency: 'EUR' } }),
      version: 1,
    });
    expect(again).toEqual({
      year,
      amount: { amount: '120.50', currency: 'EUR' },
      source: null,
      version: 2,
      employee: null,
    });
    await done(SPEND, { input: spend({ customerId: own, amount: { amount: '9', currency: 'USD' } }) });
    await done(SPEND, { input: spend({ customerId: own, year: year - 1 }) });
    const [customer] = await subgraph.entities(
      'Customer',
      [own],
      `all: categorySpend { year amount { currency } } one: categorySpend(year: ${year - 1}) { version }`,
    );
    expect(customer).toEqual({
      all: [
        { year, amount: { currency: 'EUR' } },
        { year, amount: { currency: 'USD' } },
        { year: year - 1, amount: { currency: 'EUR' } },
      ],
      one: [{ version: 1 }],
    });
  });

  it.each([
    ['an unknown customer', () => spend({ customerId: UNKNOWN }), 'input.customerId'],
    ['an unknown employee', () => spend({ employeeId: UNKNOWN }), 'input.employeeId'],
    ['a year long past', () => spend({ year: year - 11 }), 'input.year'],
    ['a year far ahead', () => spend({ year: year + 2 }), 'input.year'],
    ['a negative amount', () => spend({ amount: { amount: '-1', currency: 'EUR' } }), 'input.amount.amount'],
  ])('refuses %s', (_what, input, argument) =>
    expect(refusal(SPEND, { input: input() })).resolves.toMatchObject({ argument }),
  );

  it('holds at most a hundred', async () => {
    const own = await knownCustomer(subgraph);
    const rows = Array.from({ length: 100 }, (_, index) => ({
      customerId: own,
      year: 1900 + index,
      currency: 'EUR',
      amountValue: '1',
    }));
    await subgraph.database.dataSource.manager.insert(CategorySpend, rows);
    expect(await refusal(SPEND, { input: spend({ customerId: own }) })).toMatchObject({ argument: 'input.year' });
  });
});

describe('assignAccount', () => {
  it('gives a customer an owner, then another', async () => {
    const [own, next] = [await knownCustomer(subgraph), await knownEmployee(subgraph)];
    const first = await done(ASSIGN, { customerId: own, ownerId: employeeId, version: 0 });
    expect(first).toMatchObject({ customer: { id: own }, owner: { id: employeeId }, version: 1 });
    expect(await done(ASSIGN, { customerId: own, ownerId: employeeId })).toEqual({ ...first, version: 2 });
    expect(await done(ASSIGN, { customerId: own, ownerId: next, version: 2 })).toMatchObject({
      owner: { id: next },
      version: 3,
    });
    expect(await refusal(ASSIGN, { customerId: own, ownerId: UNKNOWN })).toMatchObject({ argument: 'ownerId' });
    expect(await refusal(ASSIGN, { customerId: UNKNOWN, ownerId: employeeId })).toMatchObject({
      argument: 'customerId',
    });
  });
});

describe('reassignPortfolio', () => {
  it('hands over all that is open at once, leaves what is closed, and says what it was', async () => {
    const [from, to] = [await knownEmployee(subgraph), await knownEmployee(subgraph)];
    const own = await knownCustomer(subgraph);
    await done(ASSIGN, { customerId: own, ownerId: from });
    const dear = await opportunityRow(subgraph, { ownerId: from, amountValue: '0.1', currency: 'EUR' });
    await opportunityRow(subgraph, { ownerId: from, amountValue: '0.2', currency: 'EUR' });
    await opportunityRow(subgraph, { ownerId: from, amountValue: '7', currency: 'USD' });
    await opportunityRow(subgraph, { ownerId: from });
    const won = await opportunityRow(subgraph, {
      ownerId: from,
      stage: 'WON',
      probability: '1',
      amountValue: '5',
      currency: 'EUR',
    });
    const step = { employeeId: from, occurredAt: ago(9), nextStepDescription: 'Call' };
    const overdue = await activityRow(subgraph, { ...step, nextStepDueAt: ago(1) });
    await activityRow(subgraph, { ...step, nextStepDueAt: ago(-1) });
    await activityRow(subgraph, { ...step, nextStepDueAt: ago(1), nextStepDoneAt: ago(1) });
    const lead = await captured({ ownerId: from });
    const lost = await captured({ ownerId: from });
    await done(QUALIFY, { id: lost.id, input: { status: 'DISQUALIFIED', disqualifiedReason: 'No need' } });

    const handover = await done(REASSIGN, { from: from.toUpperCase(), to, note: 'Call them soon' });
    const { items, ...summary } = handover;
    expect(summary).toEqual({
      id: expect.any(String),
      at: expect.any(String),
      note: 'Call them soon',
      from: { id: from },
      to: { id: to },
      accountCount: 1,
      opportunityCount: 4,
      opportunityAmount: [
        { amount: '0.30', currency: 'EUR' },
        { amount: '7.00', currency: 'USD' },
      ],
      nextStepCount: 2,
      overdueNextStepCount: 1,
      leadCount: 1,
    });
    expect(items.totalCount).toBe(8);
    const nothing = { account: null, opportunity: null, activity: null, lead: null, amount: null, dueAt: null };
    expect(items.nodes).toEqual(
      expect.arrayContaining([
        { ...nothing, kind: 'ACCOUNT', account: { id: own } },
        { ...nothing, kind: 'OPPORTUNITY', opportunity: { id: dear }, amount: { amount: '0.10' } },
        { ...nothing, kind: 'NEXT_STEP', activity: { id: overdue }, dueAt: expect.any(String) },
        { ...nothing, kind: 'LEAD', lead: { id: lead.id } },
      ]),
    );

    const portfolio =
      'portfolio { accounts { totalCount nodes { customer { id } version } } openOpportunities { totalCount } nextSteps { nodes { employee { id } nextStep { owner { id } } version } } openLeads { nodes { id version } } }';
    const [gone, here] = await subgraph.entities('Employee', [from, to.toUpperCase()], portfolio);
    expect(gone.portfolio).toEqual({
      accounts: { totalCount: 0, nodes: [] },
      openOpportunities: { totalCount: 0 },
      nextSteps: { nodes: [] },
      openLeads: { nodes: [] },
    });
    const taken = { employee: { id: from }, nextStep: { owner: { id: to } }, version: 2 };
    expect(here.portfolio).toEqual({
      accounts: { totalCount: 1, nodes: [{ customer: { id: own }, version: 2 }] },
      openOpportunities: { totalCount: 4 },
      nextSteps: { nodes: [taken, taken] },
      openLeads: { nodes: [{ id: lead.id, version: 2 }] },
    });
    const { data } = await subgraph.ask(
      `query ($won: ID!, $lost: ID!, $id: ID!, $to: ID!) {
        opportunity(id: $won) { owner { id } } lead(id: $lost) { owner { id } } handover(id: $id) { ${HANDOVER} items(kind: LEAD, first: 1) { totalCount } }
        handovers(filter: { toId: $to }) { nodes { id } } none: handovers(filter: { fromId: $to }) { totalCount }
      }`,
      { won, lost: lost.id, id: handover.id, to },
    );
    expect(data).toEqual({
      opportunity: { owner: { id: from } },
      lead: { owner: { id: from } },
      handover: { ...summary, items: { totalCount: 1 } },
      handovers: { nodes: [{ id: handover.id }] },
      none: { totalCount: 0 },
    });
  });

  it('refuses the same employee twice, and one who is unknown', async () => {
    expect(await refusal(REASSIGN, { from: employeeId, to: employeeId.toUpperCase() })).toMatchObject({
      argument: 'to',
    });
    expect(await refusal(REASSIGN, { from: employeeId, to: UNKNOWN })).toMatchObject({ argument: 'to' });
  });

  it('loses no lead that is converted at the same moment', async () => {
    const [from, to] = [await knownEmployee(subgraph), await knownEmployee(subgraph)];
    const leads = await Promise.all(Array.from({ length: 4 }, () => qualified({ customerId, ownerId: from })));
    await Promise.all([
      ...leads.map(({ id }) => done(CONVERT, { id, input: { name: 'Refit' } })),
      done(REASSIGN, { from, to }),
    ]);
    const { data } = await subgraph.ask(
      'query ($from: ID!) { opportunities(filter: { ownerId: $from }) { totalCount } }',
      { from },
    );
    expect(data.opportunities.totalCount).toBe(0);
  });
});

/** Each mutation with arguments that can be given once to a row made for it. */
const CALLS: [string, string, () => Promise<Record<string, unknown>>][] = [
  ['placeOrder', PLACE, async () => ({ input: order() })],
  ['moveOrder', MOVE_ORDER, async () => ({ id: (await done(PLACE, { input: order() })).id, status: 'SHIPPED' })],
  [
    'completeNextStep',
    COMPLETE,
    async () => ({
      id: await activityRow(subgraph, { occurredAt: ago(2), nextStepDescription: 'x', nextStepDueAt: ago(1) }),
    }),
  ],
  [
    'logActivity',
    LOG,
    async () => ({
      input: { kind: 'CALL', customerId, subject: 'x', documents: [{ name: 'x', url: 'https://example.com/' }] },
    }),
  ],
  ['captureLead', CAPTURE, async () => ({ input: { name: 'Jo', source: 'WEB' } })],
  ['qualifyLead', QUALIFY, async () => ({ id: (await captured()).id, input: { status: 'QUALIFIED', ...BANT } })],
  ['convertLead', CONVERT, async () => ({ id: (await qualified({ customerId })).id, input: { name: 'Refit' } })],
  ['setCategorySpend', SPEND, async () => ({ input: spend({ customerId: await knownCustomer(subgraph) }) })],
  ['assignAccount', ASSIGN, async () => ({ customerId: await knownCustomer(subgraph), ownerId: employeeId })],
  [
    'reassignPortfolio',
    REASSIGN,
    async () => {
      const from = await knownEmployee(subgraph);
      await opportunityRow(subgraph, { ownerId: from, amountValue: '3', currency: 'EUR' });
      return { from, to: await knownEmployee(subgraph) };
    },
  ],
  [
    'openOpportunity',
    'mutation ($input: OpenOpportunityInput!, $key: String) { openOpportunity(input: $input, idempotencyKey: $key) { id amount { amount } stageHistory { stage } } }',
    async () => ({ input: { name: 'Refit', amount: { amount: '1', currency: 'EUR' } } }),
  ],
  [
    'moveOpportunity',
    'mutation ($id: ID!, $stage: OpportunityStage!, $key: String) { moveOpportunity(id: $id, stage: $stage, idempotencyKey: $key) { id stage version closedAt stageHistory { stage } } }',
    async () => ({ id: await opportunityRow(subgraph), stage: 'WON' }),
  ],
];

describe('idempotencyKey', () => {
  it.each(CALLS)(
    '%s repeats its first answer and writes once, also when both calls come at once',
    async (_name, mutation, make) => {
      const variables = { ...(await make()), key: uuid() };
      const before = await rowCounts();
      const [first, second] = await Promise.all([subgraph.ask(mutation, variables), subgraph.ask(mutation, variables)]);
      expect(first.errors).toBeUndefined();
      expect(second).toEqual(first);
      const after = await rowCounts();
      expect(await subgraph.ask(mutation, variables)).toEqual(first);
      expect(await rowCounts()).toEqual(after);
      expect(after.some((count, index) => count > (before[index] ?? 0) + 1)).toBe(false);
    },
  );

  it('belongs to one call', async () => {
    const key = uuid();
    await done(PLACE, { input: order(), key });
    expect(await refusal(PLACE, { input: order({ currency: 'USD' }), key })).toMatchObject({
      argument: 'idempotencyKey',
    });
    expect(await refusal(CAPTURE, { input: { name: 'Jo', source: 'WEB' }, key })).toMatchObject({
      argument: 'idempotencyKey',
    });
  });
});

describe('two writers at once', () => {
  const versioned: [string, string, () => Promise<Record<string, unknown>>][] = [
    [
      'moveOrder',
      MOVE_ORDER,
      async () => ({ id: (await done(PLACE, { input: order() })).id, status: 'SHIPPED', version: 1 }),
    ],
    [
      'completeNextStep',
      COMPLETE,
      async () => ({
        id: await activityRow(subgraph, { nextStepDescription: 'x', nextStepDueAt: ago(1) }),
        version: 1,
      }),
    ],
    [
      'qualifyLead',
      QUALIFY,
      async () => ({ id: (await captured()).id, input: { status: 'WORKING', need: 'x' }, version: 1 }),
    ],
    [
      'convertLead',
      CONVERT,
      async () => ({ id: (await qualified({ customerId })).id, input: { name: 'Refit' }, version: 2 }),
    ],
    [
      'setCategorySpend, the first time,',
      SPEND,
      async () => ({ input: spend({ customerId: await knownCustomer(subgraph) }), version: 0 }),
    ],
    [
      'assignAccount, the first time,',
      ASSIGN,
      async () => ({ customerId: await knownCustomer(subgraph), ownerId: employeeId, version: 0 }),
    ],
  ];
  it.each(versioned)('%s lets one of four from the same version through', async (_name, mutation, make) => {
    const variables = await make();
    const answers: GraphQLAnswer[] = await Promise.all(
      Array.from({ length: 4 }, () => subgraph.ask(mutation, variables)),
    );
    const errors = answers.flatMap((answer) => answer.errors ?? []);
    expect(errors).toHaveLength(3);
    for (const { extensions } of errors) {
      expect(extensions).toMatchObject({ code: 'CONFLICT', currentVersion: Number(variables.version) + 1 });
    }
  });

  it('lose no change when neither names a version', async () => {
    const { id } = await captured();
    await Promise.all([
      done(QUALIFY, { id, input: { status: 'WORKING', need: 'Faster' } }),
      done(QUALIFY, { id, input: { status: 'WORKING', timing: '2027-01-01' } }),
      done(QUALIFY, { id, input: { status: 'WORKING', authority: 'NONE' } }),
    ]);
    const { data } = await subgraph.ask('query ($id: ID!) { lead(id: $id) { version qualification { missing } } }', {
      id,
    });
    expect(data.lead).toEqual({ version: 4, qualification: { missing: ['budget'] } });
    const own = await knownCustomer(subgraph);
    const versions = await Promise.all(
      Array.from({ length: 4 }, () => done(ASSIGN, { customerId: own, ownerId: employeeId })),
    );
    expect(new Set(versions.map(({ version }: { version: number }) => version))).toEqual(new Set([1, 2, 3, 4]));
  });
});
