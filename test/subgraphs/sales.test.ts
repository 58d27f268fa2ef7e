import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuid } from 'uuid';
import { Employee } from '../../subgraphs/identity/entities/Employee.js';
import { Account } from '../../subgraphs/sales/entities/Account.js';
import { Opportunity } from '../../subgraphs/sales/entities/Opportunity.js';
import { Order } from '../../subgraphs/sales/entities/Order.js';
import { OrderLine } from '../../subgraphs/sales/entities/OrderLine.js';
import { Product } from '../../subgraphs/sales/entities/Product.js';
import { StageChange } from '../../subgraphs/sales/entities/StageChange.js';
import { sales } from '../../subgraphs/sales/subgraph.js';
import { planOf } from '../support/planOf.js';
import { startTestSubgraph, type TestSubgraph } from '../support/startTestSubgraph.js';
import { untilEmployeesKnown } from '../support/untilEmployeesKnown.js';

const UNKNOWN = '018f0000-0000-7000-8000-000000000000';

let subgraph: TestSubgraph & { identity: TestSubgraph };
let employeeId: string;
let productId: string;

beforeAll(async () => {
  subgraph = await startTestSubgraph(sales);
  employeeId = uuid();
  await subgraph.identity.database.dataSource.manager.insert(Employee, {
    id: employeeId,
    name: 'Ada Seller',
    active: true,
  });
  await untilEmployeesKnown(subgraph, [employeeId]);
  productId = await newProduct({ name: 'GTX Pro', category: 'GTX', unitPriceAmount: '4821' });
});
afterAll(() => subgraph.stop());

let serial = 0;

async function newCustomer(): Promise<string> {
  serial += 1;
  const { data, errors } = await subgraph.identity.ask(
    'mutation ($input: IdentifyCustomerInput!) { identifyCustomer(input: $input) { customer { id } } }',
    { input: { displayName: `Person ${serial}`, emails: [`person${serial}@example.com`] } },
  );
  expect(errors).toBeUndefined();
  return data.identifyCustomer.customer.id as string;
}

async function newProduct(more: Partial<Product> = {}): Promise<string> {
  const id = uuid();
  const row = { id, name: `Product ${id}`, unitPriceAmount: '10', currency: 'EUR', active: true, ...more };
  await subgraph.database.dataSource.manager.insert(Product, row);
  return id;
}

async function newOrder(customerId: string, total: string, more: Partial<Order> = {}): Promise<string> {
  const id = uuid();
  await subgraph.database.dataSource.manager.insert(Order, {
    id,
    number: `N-${id}`,
    customerId,
    status: 'DELIVERED',
    placedAt: new Date('2026-03-01T09:00:00Z'),
    currency: 'EUR',
    totalAmount: total,
    ...more,
  });
  return id;
}

const OPEN = `mutation ($input: OpenOpportunityInput!) {
  openOpportunity(input: $input) {
    id name stage probability amount { amount currency } expectedCloseOn openedAt closedAt version
    customer { id } owner { id } product { name } competitor stageHistory { stage at employee { id } }
  }
}`;

const MOVE = `mutation ($id: ID!, $stage: OpportunityStage!, $lostReason: String, $competitor: String, $employeeId: ID, $expectedVersion: Int) {
  moveOpportunity(id: $id, stage: $stage, lostReason: $lostReason, competitor: $competitor, employeeId: $employeeId, expectedVersion: $expectedVersion) {
    id stage probability closedAt lostReason competitor version stageHistory { stage at employee { id } }
  }
}`;

const LOG = `mutation ($input: LogActivityInput!) {
  logActivity(input: $input) {
    id kind subject notes outcome occurredAt customer { id } employee { id } opportunity { id }
    nextStep { description dueAt doneAt }
  }
}`;

async function opened(input: object = {}) {
  const { data, errors } = await subgraph.ask(OPEN, { input: { name: 'Refit', ...input } });
  expect(errors).toBeUndefined();
  return data.openOpportunity;
}

async function count(...entities: (typeof Opportunity | typeof StageChange)[]): Promise<number[]> {
  return Promise.all(
    entities.map((entity) => subgraph.database.dataSource.manager.count<Opportunity | StageChange>(entity)),
  );
}

describe('openOpportunity', () => {
  it('records the sale with its first stage, and knows it under the canonical customer id', async () => {
    const customerId = await newCustomer();
    const opportunity = await opened({
      customerId: customerId.toUpperCase(),
      stage: 'PROPOSAL',
      amount: { amount: '1234.5', currency: 'EUR' },
      expectedCloseOn: '2027-01-31',
      ownerId: employeeId,
      productId,
      competitor: 'Acme',
      openedAt: '2026-03-01T10:30:00+01:00',
    });
    expect(opportunity).toMatchObject({
      name: 'Refit',
      stage: 'PROPOSAL',
      probability: 0.4,
      amount: { amount: '1234.50', currency: 'EUR' },
      expectedCloseOn: '2027-01-31',
      openedAt: '2026-03-01T09:30:00.000Z',
      closedAt: null,
      version: 1,
      customer: { id: customerId },
      owner: { id: employeeId },
      product: { name: 'GTX Pro' },
      competitor: 'Acme',
      stageHistory: [{ stage: 'PROPOSAL', at: '2026-03-01T09:30:00.000Z', employee: null }],
    });
    const { data } = await subgraph.ask(
      'query ($id: ID!) { opportunity(id: $id) { name expectedCloseOn customer { id } } }',
      {
        id: opportunity.id.toUpperCase(),
      },
    );
    expect(data.opportunity).toEqual({ name: 'Refit', expectedCloseOn: '2027-01-31', customer: { id: customerId } });
  });

  it('takes a sale without account, amount or owner, and a probability of its own', async () => {
    const opportunity = await opened({ probability: 0.25 });
    expect(opportunity).toMatchObject({
      stage: 'PROSPECTING',
      probability: 0.25,
      customer: null,
      owner: null,
      amount: null,
    });
  });

  it.each([
    ['an unknown customer', { customerId: UNKNOWN }, 'input.customerId'],
    ['a customer id that is no UUID', { customerId: 'x' }, 'input.customerId'],
    ['an unknown employee', { ownerId: UNKNOWN }, 'input.ownerId'],
    ['an unknown product', { productId: UNKNOWN }, 'input.productId'],
    ['a product id that is no UUID', { productId: 'x' }, 'input.productId'],
    ['a stage that is final', { stage: 'WON' }, 'input.stage'],
    ['a negative amount', { amount: { amount: '-1', currency: 'EUR' } }, 'input.amount.amount'],
    ['a probability over 1', { probability: 1.1 }, 'input.probability'],
    ['an empty name', { name: ' ' }, 'input.name'],
    ['a name over its limit', { name: 'x'.repeat(201) }, 'input.name'],
    ['an opening in the future', { openedAt: new Date(Date.now() + 600_000) }, 'input.openedAt'],
    ['a day of the year 9999', { expectedCloseOn: '9999-01-01' }, 'input.expectedCloseOn'],
  ])('refuses %s and writes nothing', async (_what, input, argument) => {
    const before = await count(Opportunity, StageChange);
    const { data, errors } = await subgraph.ask(OPEN, { input: { name: 'Refit', ...input } });
    expect(data).toBeNull();
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await count(Opportunity, StageChange)).toEqual(before);
  });
});

describe('moveOpportunity', () => {
  it('goes forwards and back while it is open, closes when won, and keeps its whole history', async () => {
    const { id } = await opened({ probability: 0.33 });
    for (const stage of ['COMMITTED', 'NEGOTIATION']) {
      const { errors } = await subgraph.ask(MOVE, { id, stage, employeeId });
      expect(errors).toBeUndefined();
    }
    const { data } = await subgraph.ask(MOVE, { id, stage: 'WON', competitor: 'Acme' });
    expect(data.moveOpportunity).toMatchObject({
      stage: 'WON',
      probability: 1,
      closedAt: expect.any(String),
      lostReason: null,
      competitor: 'Acme',
      version: 4,
      stageHistory: [
        { stage: 'PROSPECTING', employee: null },
        { stage: 'COMMITTED', employee: { id: employeeId } },
        { stage: 'NEGOTIATION', employee: { id: employeeId } },
        { stage: 'WON', at: data.moveOpportunity.closedAt, employee: null },
      ],
    });
  });

  it('is lost with a reason, at probability 0', async () => {
    const { id } = await opened({ competitor: 'Acme' });
    const { data } = await subgraph.ask(MOVE, { id, stage: 'LOST', lostReason: ' Too dear ' });
    expect(data.moveOpportunity).toMatchObject({
      stage: 'LOST',
      probability: 0,
      lostReason: 'Too dear',
      competitor: 'Acme',
    });
  });

  it('refuses every stage after WON and after LOST, and says that none can follow', async () => {
    const stages = ['PROSPECTING', 'QUALIFICATION', 'PROPOSAL', 'NEGOTIATION', 'COMMITTED', 'WON', 'LOST'];
    for (const last of ['WON', 'LOST']) {
      const { id } = await opened();
      await subgraph.ask(MOVE, { id, stage: last, ...(last === 'LOST' ? { lostReason: 'Price' } : {}) });
      for (const stage of stages) {
        const { errors } = await subgraph.ask(MOVE, { id, stage, lostReason: stage === 'LOST' ? 'Price' : null });
        expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'stage', allowed: [] });
      }
      const { data } = await subgraph.ask(
        'query ($id: ID!) { opportunity(id: $id) { version stageHistory { stage } } }',
        { id },
      );
      expect(data.opportunity).toEqual({ version: 2, stageHistory: [{ stage: 'PROSPECTING' }, { stage: last }] });
    }
  });

  it.each([
    ['the stage in which it is', { stage: 'PROSPECTING' }, 'stage'],
    ['LOST without a reason', { stage: 'LOST' }, 'lostReason'],
    ['LOST with an empty reason', { stage: 'LOST', lostReason: ' ' }, 'lostReason'],
    ['a reason without LOST', { stage: 'WON', lostReason: 'Price' }, 'lostReason'],
    ['a reason over its limit', { stage: 'LOST', lostReason: 'x'.repeat(1001) }, 'lostReason'],
    ['an unknown opportunity', { id: UNKNOWN, stage: 'WON' }, 'id'],
    ['an id that is no UUID', { id: 'x', stage: 'WON' }, 'id'],
    ['an unknown employee', { stage: 'WON', employeeId: UNKNOWN }, 'employeeId'],
  ])('refuses %s and writes nothing', async (_what, move, argument) => {
    const { id } = await opened();
    const before = await count(StageChange);
    const { errors } = await subgraph.ask(MOVE, { id, ...move });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await count(StageChange)).toEqual(before);
  });

  it('lists the stages that can follow', async () => {
    const { id } = await opened({ stage: 'COMMITTED' });
    const { errors } = await subgraph.ask(MOVE, { id, stage: 'COMMITTED' });
    expect(errors?.[0]?.extensions.allowed).toEqual([
      'PROSPECTING',
      'QUALIFICATION',
      'PROPOSAL',
      'NEGOTIATION',
      'WON',
      'LOST',
    ]);
  });

  it('lets one of two that move it at once from the same version win', async () => {
    const { id } = await opened();
    const answers = await Promise.all(
      ['WON', 'PROPOSAL'].map((stage) => subgraph.ask(MOVE, { id, stage, expectedVersion: 1 })),
    );
    const refused = answers.flatMap(({ errors }) => errors ?? []);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 2 });
  });

  it('keeps the last of a hundred stages for the close', async () => {
    const { id } = await opened();
    const moves = Array.from({ length: 98 }, (_, index) => ({
      opportunityId: id,
      position: index + 1,
      stage: index % 2 === 0 ? ('PROPOSAL' as const) : ('PROSPECTING' as const),
      at: new Date(),
    }));
    await subgraph.database.dataSource.manager.insert(StageChange, moves);
    const { errors } = await subgraph.ask(MOVE, { id, stage: 'PROPOSAL' });
    expect(errors?.[0]?.extensions).toMatchObject({ argument: 'stage', allowed: ['WON', 'LOST'] });
    const { data } = await subgraph.ask(MOVE, { id, stage: 'WON' });
    expect(data.moveOpportunity.stageHistory).toHaveLength(100);
  });
});

describe('logActivity', () => {
  it('records what was done, and what follows from it under nextSteps, the first due in front', async () => {
    const customerId = await newCustomer();
    const { id: opportunityId } = await opened({ customerId });
    const base = { kind: 'CALL', customerId, subject: 'Offer' };
    const { data, errors } = await subgraph.ask(LOG, {
      input: {
        ...base,
        opportunityId,
        employeeId,
        notes: 'They like it',
        outcome: 'Wants a discount',
        occurredAt: '2026-03-01T09:00:00Z',
        nextStep: { description: 'Send the offer', dueAt: '2026-03-05T09:00:00Z' },
      },
    });
    expect(errors).toBeUndefined();
    expect(data.logActivity).toMatchObject({
      kind: 'CALL',
      customer: { id: customerId },
      employee: { id: employeeId },
      opportunity: { id: opportunityId },
      nextStep: { description: 'Send the offer', dueAt: '2026-03-05T09:00:00.000Z', doneAt: null },
    });
    await subgraph.ask(LOG, {
      input: {
        ...base,
        subject: 'Earlier',
        occurredAt: '2026-02-01T09:00:00Z',
        nextStep: { description: 'Call back', dueAt: '2026-03-02T09:00:00Z' },
      },
    });
    await subgraph.ask(LOG, { input: { ...base, kind: 'NOTE', subject: 'Nothing follows' } });

    const [customer] = await subgraph.entities(
      'Customer',
      [customerId],
      `nextSteps { totalCount nodes { nextStep { description } } }
       activities { totalCount nodes { subject } } calls: activities(kind: CALL, orderBy: OCCURRED_AT_ASC) { nodes { subject } }
       opportunities { nodes { activities { nodes { subject } } } }`,
    );
    expect(customer).toEqual({
      nextSteps: {
        totalCount: 2,
        nodes: [{ nextStep: { description: 'Call back' } }, { nextStep: { description: 'Send the offer' } }],
      },
      activities: {
        totalCount: 3,
        nodes: [{ subject: 'Nothing follows' }, { subject: 'Offer' }, { subject: 'Earlier' }],
      },
      calls: { nodes: [{ subject: 'Earlier' }, { subject: 'Offer' }] },
      opportunities: { nodes: [{ activities: { nodes: [{ subject: 'Offer' }] } }] },
    });
  });

  it.each([
    ['an unknown customer', { customerId: UNKNOWN }, 'input.customerId'],
    ['an unknown employee', { employeeId: UNKNOWN }, 'input.employeeId'],
    ['an unknown opportunity', { opportunityId: UNKNOWN }, 'input.opportunityId'],
    ['an opportunity id that is no UUID', { opportunityId: 'x' }, 'input.opportunityId'],
    ['a subject over its limit', { subject: 'x'.repeat(201) }, 'input.subject'],
    ['notes over their limit', { notes: 'x'.repeat(10_001) }, 'input.notes'],
    ['an activity in the future', { occurredAt: new Date(Date.now() + 600_000) }, 'input.occurredAt'],
    [
      'a next step due before the activity',
      { occurredAt: '2026-03-01T09:00:00Z', nextStep: { description: 'x', dueAt: '2026-02-28T09:00:00Z' } },
      'input.nextStep.dueAt',
    ],
    [
      'a next step due in twenty years',
      { nextStep: { description: 'x', dueAt: new Date(Date.now() + 20 * 365 * 86_400_000) } },
      'input.nextStep.dueAt',
    ],
  ])('refuses %s and writes nothing', async (_what, input, argument) => {
    const customerId = await newCustomer();
    const { errors } = await subgraph.ask(LOG, { input: { kind: 'CALL', customerId, subject: 'Offer', ...input } });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    const [customer] = await subgraph.entities('Customer', [customerId], 'activities { totalCount }');
    expect(customer.activities.totalCount).toBe(0);
  });

  it('refuses an opportunity of another customer, and takes one of nobody known', async () => {
    const [customerId, other] = [await newCustomer(), await newCustomer()];
    const ofOther = await opened({ customerId: other });
    const ofNobody = await opened();
    const input = { kind: 'EMAIL', customerId, subject: 'Offer' };
    const refused = await subgraph.ask(LOG, { input: { ...input, opportunityId: ofOther.id } });
    expect(refused.errors?.[0]?.extensions).toMatchObject({ argument: 'input.opportunityId' });
    const taken = await subgraph.ask(LOG, { input: { ...input, opportunityId: ofNobody.id } });
    expect(taken.errors).toBeUndefined();
  });
});

describe('lists', () => {
  it.each([
    ['OPENED_AT_DESC', ['c', 'b', 'a', 'd']],
    ['OPENED_AT_ASC', ['d', 'a', 'b', 'c']],
    ['AMOUNT_DESC', ['b', 'a', 'd', 'c']],
    ['EXPECTED_CLOSE_ON_ASC', ['d', 'a', 'c', 'b']],
  ])('pages through opportunities by %s, each once, those without a value at their end', async (orderBy, expected) => {
    const customerId = await newCustomer();
    const rows: [string, string | null, string | null, string | null][] = [
      ['a', '2026-01-01T00:00:00.000Z', '5.5', '2027-02-01'],
      ['b', '2026-02-01T00:00:00.000Z', '100', null],
      ['c', '2026-03-01T00:00:00.000Z', null, '2027-03-01'],
      ['d', null, '0', '2027-01-01'],
    ];
    await subgraph.database.dataSource.manager.insert(
      Opportunity,
      rows.map(([name, openedAt, amountValue, expectedCloseOn]) => ({
        id: uuid(),
        customerId,
        name,
        stage: 'PROPOSAL' as const,
        probability: '0.4',
        openedAt: openedAt === null ? null : new Date(openedAt),
        amountValue,
        currency: amountValue === null ? null : 'EUR',
        expectedCloseOn,
      })),
    );
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data, errors } = await subgraph.ask(
        `query ($filter: OpportunityFilter, $orderBy: OpportunityOrderBy!, $after: String) {
          opportunities(filter: $filter, orderBy: $orderBy, first: 1, after: $after) {
            totalCount nodes { name } pageInfo { hasNextPage endCursor }
          }
        }`,
        { filter: { customerId, stage: 'PROPOSAL' }, orderBy, after },
      );
      expect(errors).toBeUndefined();
      expect(data.opportunities.totalCount).toBe(4);
      seen.push(data.opportunities.nodes[0].name);
      after = data.opportunities.pageInfo.hasNextPage ? data.opportunities.pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual(expected);
  });

  it('finds products by name in any case, by sku, by category and by whether they are for sale', async () => {
    await newProduct({ name: 'Aa Lamp', sku: 'L-1', category: 'Light', active: false });
    const { data } = await subgraph.ask(`{
      name: products(filter: { name: "gtx pro" }) { nodes { name category unitPrice { amount currency } } }
      sku: products(filter: { sku: "L-1" }) { nodes { name active } }
      category: products(filter: { category: "Light" }) { totalCount }
      inactive: products(filter: { active: false }) { totalCount }
    }`);
    expect(data).toEqual({
      name: { nodes: [{ name: 'GTX Pro', category: 'GTX', unitPrice: { amount: '4821.00', currency: 'EUR' } }] },
      sku: { nodes: [{ name: 'Aa Lamp', active: false }] },
      category: { totalCount: 1 },
      inactive: { totalCount: 1 },
    });
  });

  it('shows an order with its lines, their totals and products', async () => {
    const customerId = await newCustomer();
    const id = await newOrder(customerId, '29.25', { number: 'A-1' });
    await subgraph.database.dataSource.manager.insert(OrderLine, [
      {
        orderId: id,
        position: 0,
        productId,
        quantity: 3,
        unitPriceAmount: '9.75',
        unitCostAmount: '4.1',
        discountAmount: '1',
      },
      { orderId: id, position: 1, productId, quantity: 1, unitPriceAmount: '1', discountAmount: '0' },
    ]);
    const { data, errors } = await subgraph.ask(`{
      orders(filter: { number: "A-1" }) { totalCount nodes {
        id status total { amount } customer { id }
        lines { position quantity unitPrice { amount } unitCost { amount } discount { amount } total { amount currency } product { name } }
      } }
    }`);
    expect(errors).toBeUndefined();
    const line = { product: { name: 'GTX Pro' } };
    expect(data.orders).toEqual({
      totalCount: 1,
      nodes: [
        {
          id,
          status: 'DELIVERED',
          total: { amount: '29.25' },
          customer: { id: customerId },
          lines: [
            {
              ...line,
              position: 0,
              quantity: 3,
              unitPrice: { amount: '9.75' },
              unitCost: { amount: '4.10' },
              discount: { amount: '1.00' },
              total: { amount: '28.25', currency: 'EUR' },
            },
            {
              ...line,
              position: 1,
              quantity: 1,
              unitPrice: { amount: '1.00' },
              unitCost: null,
              discount: { amount: '0.00' },
              total: { amount: '1.00', currency: 'EUR' },
            },
          ],
        },
      ],
    });
  });

  it.each([
    ['opportunities(first: 0)', 'first'],
    ['orders(first: 101)', 'first'],
    ['activities(after: "nonsense")', 'after'],
    [`products(after: "${Buffer.from('["Order.PLACED_AT_DESC","x","y"]').toString('base64url')}")`, 'after'],
    ['products(filter: { category: "" })', 'filter.category'],
    ['orders(filter: { number: "\\u0000" })', 'filter.number'],
  ])('refuses %s', async (list, argument) => {
    const { errors } = await subgraph.ask(`{ ${list} { nodes { id } } }`);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });

  const filters: [string, string[], Record<string, string>][] = [
    ['products', ['NAME_ASC'], { 'lower(name)': 'name: "x"', category: 'category: "x"', active: 'active: true' }],
    [
      'opportunities',
      ['OPENED_AT_DESC', 'OPENED_AT_ASC', 'AMOUNT_DESC', 'EXPECTED_CLOSE_ON_ASC'],
      {
        stage: 'stage: WON',
        customer_id: `customerId: "${UNKNOWN}"`,
        owner_id: `ownerId: "${UNKNOWN}"`,
        product_id: `productId: "${UNKNOWN}"`,
      },
    ],
    [
      'orders',
      ['PLACED_AT_DESC', 'PLACED_AT_ASC', 'TOTAL_DESC'],
      { status: 'status: PLACED', customer_id: `customerId: "${UNKNOWN}"` },
    ],
    [
      'activities',
      ['OCCURRED_AT_DESC', 'OCCURRED_AT_ASC'],
      {
        kind: 'kind: CALL',
        customer_id: `customerId: "${UNKNOWN}"`,
        opportunity_id: `opportunityId: "${UNKNOWN}"`,
        employee_id: `employeeId: "${UNKNOWN}"`,
      },
    ],
  ];
  it.each(filters)('%s has an index for each filter in each order', async (list, orders, conditions) => {
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

describe('pipeline', () => {
  it('adds up each stage, each currency for itself, exactly, and shows the empty ones too', async () => {
    const own = await newProduct();
    for (const [stage, amount] of [
      ['PROPOSAL', { amount: '0.1', currency: 'EUR' }],
      ['PROPOSAL', { amount: '0.2', currency: 'EUR' }],
      ['PROPOSAL', { amount: '7', currency: 'USD' }],
      ['PROPOSAL', null],
      ['WON', { amount: '123456789012345.67', currency: 'EUR' }],
    ] as const) {
      const { id } = await opened({ amount, productId: own, ...(stage === 'WON' ? {} : { stage }) });
      if (stage === 'WON') await subgraph.ask(MOVE, { id, stage });
    }
    const { data } = await subgraph.ask(
      'query ($productId: ID!) { pipeline(filter: { productId: $productId }) { stage count amount { amount currency } } }',
      { productId: own },
    );
    const empty = { count: 0, amount: [] };
    expect(data.pipeline).toEqual([
      { stage: 'PROSPECTING', ...empty },
      { stage: 'QUALIFICATION', ...empty },
      {
        stage: 'PROPOSAL',
        count: 4,
        amount: [
          { amount: '0.30', currency: 'EUR' },
          { amount: '7.00', currency: 'USD' },
        ],
      },
      { stage: 'NEGOTIATION', ...empty },
      { stage: 'COMMITTED', ...empty },
      { stage: 'WON', count: 1, amount: [{ amount: '123456789012345.67', currency: 'EUR' }] },
      { stage: 'LOST', ...empty },
    ]);
  });
});

const METRICS = `lifetimeValue { value { amount currency } explain { formula n inputs { name value } } }
  averageOrderValue { value { amount currency } } orderCount { value explain { n } } firstOrderAt lastOrderAt`;

describe('metrics', () => {
  it('leave out what was cancelled, keep currencies apart and round half up to 4 decimals', async () => {
    const customerId = await newCustomer();
    // EUR: 10.0001 + 0 = 10.0001, / 2 = 5.00005, half up 5.0001. JPY: 100 / 3 would need all three.
    await newOrder(customerId, '10.0001', { placedAt: new Date('2026-02-01T00:00:00Z') });
    await newOrder(customerId, '0', { placedAt: new Date('2026-01-01T00:00:00Z') });
    for (const total of ['50', '25', '25']) {
      await newOrder(customerId, total, { currency: 'JPY', placedAt: new Date('2026-04-01T00:00:00Z') });
    }
    await newOrder(customerId, '999', { status: 'CANCELLED', placedAt: new Date('2025-01-01T00:00:00Z') });
    const [customer] = await subgraph.entities('Customer', [customerId], METRICS);
    expect(customer).toEqual({
      lifetimeValue: {
        value: [
          { amount: '10.0001', currency: 'EUR' },
          { amount: '100', currency: 'JPY' },
        ],
        explain: {
          formula: 'sum(total) of the orders that are not cancelled, in each currency',
          n: 5,
          inputs: [
            { name: 'orders in EUR', value: '2' },
            { name: 'sum of totals in EUR', value: '10.0001' },
            { name: 'orders in JPY', value: '3' },
            { name: 'sum of totals in JPY', value: '100' },
          ],
        },
      },
      averageOrderValue: {
        value: [
          { amount: '5.0001', currency: 'EUR' },
          { amount: '33.3333', currency: 'JPY' },
        ],
      },
      orderCount: { value: 5, explain: { n: 5 } },
      firstOrderAt: '2026-01-01T00:00:00.000Z',
      lastOrderAt: '2026-04-01T00:00:00.000Z',
    });
  });

  it('are zero or empty for a customer who never ordered', async () => {
    const [customer] = await subgraph.entities('Customer', [await newCustomer()], `${METRICS} owner { id }`);
    expect(customer).toMatchObject({
      lifetimeValue: { value: [], explain: { n: 0, inputs: [] } },
      averageOrderValue: { value: [] },
      orderCount: { value: 0 },
      firstOrderAt: null,
      lastOrderAt: null,
      owner: null,
    });
  });

  it('are exact for amounts that no float holds', async () => {
    const customerId = await newCustomer();
    await newOrder(customerId, '999999999999999.9999');
    await newOrder(customerId, '999999999999999.9998');
    const [customer] = await subgraph.entities('Customer', [customerId], METRICS);
    expect(customer).toMatchObject({
      lifetimeValue: { value: [{ amount: '1999999999999999.9997' }] },
      averageOrderValue: { value: [{ amount: '999999999999999.9999' }] },
    });
  });
});

const touchpoint = (source: object | null) => ({ __typename: 'Touchpoint', id: uuid().toUpperCase(), source });

describe('_entities', () => {
  it('runs as many statements for fifty customers as for one, whatever is asked', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 50; i += 1) {
      const customerId = await newCustomer();
      ids.push(customerId);
      await subgraph.database.dataSource.manager.insert(Account, {
        customerId,
        ownerId: employeeId,
        since: new Date(),
      });
      const { id: opportunityId } = await opened({ customerId, productId: await newProduct() });
      const orderId = await newOrder(customerId, '10');
      const line = { quantity: 1, unitPriceAmount: '10', discountAmount: '0' };
      await subgraph.database.dataSource.manager.insert(OrderLine, {
        orderId,
        position: 0,
        productId: await newProduct(),
        ...line,
      });
      const input = {
        kind: 'CALL',
        customerId,
        opportunityId,
        subject: 'x',
        nextStep: { description: 'x', dueAt: new Date(Date.now() + 1000) },
      };
      await subgraph.ask(LOG, { input });
    }
    const activity =
      'totalCount nodes { id customer { id } employee { id } opportunity { id product { id } } nextStep { dueAt } }';
    const selection = `id owner { id } ${METRICS}
      orders(first: 2) { totalCount nodes { id customer { id } total { amount } lines { total { amount } product { id } } } }
      opportunities(first: 2) { totalCount nodes {
        id customer { id } owner { id } product { id } stageHistory { stage employee { id } } activities(first: 2) { ${activity} }
      } }
      activities(first: 2) { ${activity} } nextSteps(first: 2) { ${activity} }`;
    const one = await subgraph.statements(() => subgraph.entities('Customer', ids.slice(0, 1), selection));
    const fifty = await subgraph.statements(() => subgraph.entities('Customer', ids, selection));
    expect(fifty).toHaveLength(one.length);
    expect(fifty.length).toBeGreaterThan(0);
    const [first] = await subgraph.entities('Customer', ids, selection);
    expect(first).toMatchObject({
      owner: { id: employeeId },
      nextSteps: { totalCount: 1 },
      orders: { nodes: [{ lines: [{}] }] },
    });
  });

  it('answers in order, with null for what is malformed or unknown, and duplicates alike', async () => {
    // Whether a customer exists is identity's to say: every id that is one has an entity here.
    const customerId = await newCustomer();
    expect(await subgraph.entities('Customer', [customerId.toUpperCase(), 'x', customerId], 'id')).toEqual([
      { id: customerId },
      null,
      { id: customerId },
    ]);
    const { id } = await opened();
    const orderId = await newOrder(customerId, '1');
    for (const [typename, known] of [
      ['Opportunity', id],
      ['Order', orderId],
      ['Product', productId],
    ] as const) {
      expect(await subgraph.entities(typename, [known, 'x', UNKNOWN, known], 'id')).toEqual([
        { id: known },
        null,
        null,
        { id: known },
      ]);
    }
  });

  it('shows the order that a touchpoint is about, for all touchpoints of a request at once', async () => {
    const customerId = await newCustomer();
    const orders = [await newOrder(customerId, '1'), await newOrder(customerId, '2')];
    const representations = [
      ...orders.map((id) => touchpoint({ type: 'Order', id })),
      touchpoint({ type: 'Case', id: orders[0] }),
      touchpoint({ type: 'Order', id: UNKNOWN }),
      touchpoint(null),
      { __typename: 'Touchpoint', id: 'x', source: null },
    ];
    const query =
      'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Touchpoint { order { id } } } }';
    const statements = await subgraph.statements(async () => {
      const { data, errors } = await subgraph.ask(query, { representations });
      expect(errors).toBeUndefined();
      const nothing = { order: null };
      expect(data._entities).toEqual([...orders.map((id) => ({ order: { id } })), nothing, nothing, nothing, null]);
    });
    expect(statements).toHaveLength(1);
  });

  it('answers null for an unknown or malformed id of each type', async () => {
    const { data, errors } = await subgraph.ask(`{
      product(id: "x") { id } opportunity(id: "x") { id } order(id: "${UNKNOWN}") { id } activity(id: "${UNKNOWN}") { id }
    }`);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ product: null, opportunity: null, order: null, activity: null });
  });
});
