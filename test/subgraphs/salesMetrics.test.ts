import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Big } from 'big.js';
import fc from 'fast-check';
import { v7 as uuid } from 'uuid';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import { CategorySpend } from '../../subgraphs/sales/entities/CategorySpend.js';
import { Lead } from '../../subgraphs/sales/entities/Lead.js';
import { sales } from '../../subgraphs/sales/subgraph.js';
import { planOf } from '../support/planOf.js';
import { createTestDatabase } from '../support/postgres.js';
import { activityRow, opportunityRow, orderRow, productRow } from '../support/salesRows.js';
import { startTestSubgraph, type TestSubgraph } from '../support/startTestSubgraph.js';

const UNKNOWN = '018f0000-0000-7000-8000-000000000000';
const DAY = 86_400_000;
/** A failure prints its seed and path; shrinking stops before the test's own limit would hide them. */
const RUNS = { numRuns: 15, interruptAfterTimeLimit: 40_000 };

let subgraph: TestSubgraph & { identity: TestSubgraph };
let productId: string;

beforeAll(async () => {
  subgraph = await startTestSubgraph(sales);
  productId = await productRow(subgraph);
});
afterAll(() => subgraph.stop());

/** Money in whole ten-thousandths: what `numeric(19,4)` holds, without a float or a library. */
const units = (amount: string): bigint => {
  const [whole = '0', decimals = ''] = amount.replace('-', '').split('.');
  const value = BigInt(whole + decimals.padEnd(4, '0'));
  return amount.startsWith('-') ? -value : value;
};
const written = (value: bigint): string => {
  const digits = String(value < 0n ? -value : value).padStart(5, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`;
};
type Amounts = { amount: string; currency: string }[];
/** Currency to ten-thousandths, so that 12.5 and 12.50 compare alike. */
const inUnits = (amounts: Amounts) =>
  Object.fromEntries(amounts.map(({ amount, currency }) => [currency, units(amount)]));
function sumBy<T>(rows: readonly T[], currency: (row: T) => string, value: (row: T) => bigint): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  for (const row of rows) sums[currency(row)] = (sums[currency(row)] ?? 0n) + value(row);
  return sums;
}

const currency = fc.constantFrom('EUR', 'USD', 'JPY');
const price = fc.oneof(fc.bigInt(0n, 99_999n), fc.bigInt(0n, 9_999_999_999_9999n));
const status = fc.constantFrom('PLACED' as const, 'DELIVERED' as const, 'CANCELLED' as const);
const line = fc.record({
  quantity: fc.integer({ min: 1, max: 50 }),
  unitPrice: price,
  unitCost: fc.option(price),
  off: fc.bigInt(0n, 100n),
});
const order = fc.record({
  status,
  currency,
  placedAt: fc.integer({ min: -2600, max: -1 }).map((days) => new Date(Date.now() + days * DAY + 3_600_000)),
  lines: fc.array(line, { maxLength: 4 }),
});
const discountOf = ({ quantity, unitPrice, off }: { quantity: number; unitPrice: bigint; off: bigint }) =>
  (BigInt(quantity) * unitPrice * off) / 100n;

type OrderSpec = typeof order extends fc.Arbitrary<infer T> ? T : never;
const totalOf = ({ lines }: OrderSpec) =>
  lines.reduce((sum, one) => sum + BigInt(one.quantity) * one.unitPrice - discountOf(one), 0n);

async function insertOrders(customerId: string, orders: readonly OrderSpec[]): Promise<void> {
  for (const one of orders) {
    const lines = one.lines.map((each) => ({
      productId,
      quantity: each.quantity,
      unitPriceAmount: written(each.unitPrice),
      unitCostAmount: each.unitCost === null ? null : written(each.unitCost),
      discountAmount: written(discountOf(each)),
    }));
    const { status: state, currency: of, placedAt } = one;
    await orderRow(
      subgraph,
      { customerId, status: state, currency: of, placedAt, totalAmount: written(totalOf(one)) },
      lines,
    );
  }
}

/** Whether two quotients are the same but for the last digits of a float. */
function close(given: number | null, wanted: number | null): boolean {
  if (given === null || wanted === null) return given === wanted;
  return Math.abs(given - wanted) <= 1e-12 * Math.max(1, wanted);
}

describe('metrics of a customer, recomputed from random rows', () => {
  it('revenue, mean order and gross margin', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.array(order, { maxLength: 5 }), { minLength: 2, maxLength: 3 }),
      async (customers) => {
        const ids = customers.map(() => uuid());
        for (const [index, orders] of customers.entries()) await insertOrders(ids[index] ?? '', orders);
        const answers = await subgraph.entities(
          'Customer',
          ids,
          `lifetimeValue { value { amount currency } explain { n } } averageOrderValue { value { amount currency } } orderCount { value }
         grossMargin { value { amount currency } linesWithoutCost explain { n inputs { name value } } }`,
        );
        for (const [index, orders] of customers.entries()) {
          const counted = orders.filter((one) => one.status !== 'CANCELLED');
          const revenue = sumBy(counted, (one) => one.currency, totalOf);
          const numbers = sumBy(
            counted,
            (one) => one.currency,
            () => 1n,
          );
          const means = Object.fromEntries(
            // Half up, by hand: twice the sum plus n, over twice n.
            Object.entries(revenue).map(([of, sum]) => [
              of,
              (2n * sum + (numbers[of] ?? 1n)) / (2n * (numbers[of] ?? 1n)),
            ]),
          );
          const lines = counted.flatMap((one) => one.lines.map((each) => ({ ...each, currency: one.currency })));
          const known = lines.flatMap((each) => (each.unitCost === null ? [] : [{ ...each, cost: each.unitCost }]));
          const margin = sumBy(
            known,
            (each) => each.currency,
            (each) => BigInt(each.quantity) * each.unitPrice - discountOf(each) - BigInt(each.quantity) * each.cost,
          );
          const answer = answers[index];
          expect(inUnits(answer.lifetimeValue.value)).toEqual(revenue);
          expect(inUnits(answer.averageOrderValue.value)).toEqual(means);
          expect(answer.orderCount.value).toBe(counted.length);
          expect(answer.lifetimeValue.explain.n).toBe(counted.length);
          expect(inUnits(answer.grossMargin.value)).toEqual(margin);
          expect(answer.grossMargin.linesWithoutCost).toBe(lines.length - known.length);
          expect(answer.grossMargin.explain.n).toBe(known.length);
        }
      },
    );
    await fc.assert(property, RUNS);
  });

  it('share of wallet, year by year', async () => {
    const spends = fc.uniqueArray(
      fc.record({ year: fc.integer({ min: 2019, max: 2026 }), currency, amount: fc.oneof(fc.constant(0n), price) }),
      { selector: ({ year, currency: of }) => `${year} ${of}`, maxLength: 5 },
    );
    const customer = fc.record({ orders: fc.array(order, { maxLength: 5 }), spends });
    const property = fc.asyncProperty(fc.array(customer, { minLength: 2, maxLength: 3 }), async (customers) => {
      const ids = customers.map(() => uuid());
      for (const [index, one] of customers.entries()) {
        const customerId = ids[index] ?? '';
        await insertOrders(customerId, one.orders);
        await subgraph.database.dataSource.manager.insert(
          CategorySpend,
          one.spends.map(({ year, currency: of, amount }) => ({
            customerId,
            year,
            currency: of,
            amountValue: written(amount),
          })),
        );
      }
      const share =
        '{ value year shares { currency share revenue { amount } categorySpend { amount } } explain { n } }';
      const answers = await subgraph.entities(
        'Customer',
        ids,
        `latest: shareOfWallet ${share} given: shareOfWallet(year: 2022) ${share}`,
      );
      for (const [index, one] of customers.entries()) {
        const latest = one.spends.length === 0 ? null : Math.max(...one.spends.map(({ year }) => year));
        for (const [name, year] of [
          ['latest', latest],
          ['given', 2022],
        ] as const) {
          const inYear = one.orders.filter(
            (each) => each.status !== 'CANCELLED' && each.placedAt.getUTCFullYear() === year,
          );
          const expected = one.spends
            .filter((spend) => spend.year === year)
            .sort((a, b) => (a.currency < b.currency ? -1 : 1))
            .map((spend) => {
              const revenue = inYear
                .filter((each) => each.currency === spend.currency)
                .reduce((sum, each) => sum + totalOf(each), 0n);
              return {
                currency: spend.currency,
                revenue,
                spend: spend.amount,
                share: spend.amount === 0n ? null : Number(revenue) / Number(spend.amount),
              };
            });
          const answer = answers[index][name];
          expect(answer.year).toBe(year);
          expect(
            answer.shares.map(
              (each: { currency: string; revenue: { amount: string }; categorySpend: { amount: string } }) => [
                each.currency,
                units(each.revenue.amount),
                units(each.categorySpend.amount),
              ],
            ),
          ).toEqual(expected.map((each) => [each.currency, each.revenue, each.spend]));
          const wanted = expected.length === 1 ? (expected[0]?.share ?? null) : null;
          expect([answer.value, wanted, close(answer.value, wanted)]).toEqual([answer.value, wanted, true]);
          expect(
            answer.shares.every((each: { share: number | null }, at: number) =>
              close(each.share, expected[at]?.share ?? null),
            ),
          ).toBe(true);
        }
      }
    });
    await fc.assert(property, RUNS);
  });

  it('lifecycle stage and its history', async () => {
    const moment = fc.integer({ min: -2600, max: -1 }).map((days) => new Date(Date.now() + days * DAY + 3_600_000));
    const customer = fc.record({
      leads: fc.array(moment, { maxLength: 2 }),
      opportunities: fc.array(moment, { maxLength: 2 }),
      orders: fc.array(fc.record({ at: moment, cancelled: fc.constantFrom(false, false, false, true) }), {
        maxLength: 6,
      }),
    });
    const property = fc.asyncProperty(fc.array(customer, { minLength: 2, maxLength: 4 }), async (customers) => {
      const ids = customers.map(() => uuid());
      for (const [index, { leads, opportunities, orders }] of customers.entries()) {
        const customerId = ids[index] ?? '';
        const rows = leads.map((capturedAt) => ({
          id: uuid(),
          customerId,
          name: 'Jo',
          source: 'WEB' as const,
          status: 'NEW' as const,
          capturedAt,
        }));
        await subgraph.database.dataSource.manager.insert(Lead, rows);
        for (const openedAt of opportunities) await opportunityRow(subgraph, { customerId, openedAt });
        for (const { at, cancelled } of orders) {
          await orderRow(subgraph, { customerId, placedAt: at, status: cancelled ? 'CANCELLED' : 'PLACED' });
        }
      }
      const answers = await subgraph.entities('Customer', ids, 'lifecycleStage { value since history { stage at } }');
      for (const [index, { leads, opportunities, orders }] of customers.entries()) {
        // A walk through time, event by event.
        const events = [
          ...leads.map((at) => ({ at, what: 'lead' as const })),
          ...opportunities.map((at) => ({ at, what: 'opportunity' as const })),
          ...orders.filter(({ cancelled }) => !cancelled).map(({ at }) => ({ at, what: 'order' as const })),
        ];
        const rank = { order: 0, opportunity: 1, lead: 2 };
        events.sort((a, b) => a.at.getTime() - b.at.getTime() || rank[a.what] - rank[b.what]);
        const history: { stage: string; at: string }[] = [];
        const enter = (stage: string, at: number) => history.push({ stage, at: new Date(at).toISOString() });
        let last: number | null = null;
        const lapse = (until: number) => {
          if (last !== null && until - last > 365 * DAY) enter('LAPSED', last + 365 * DAY);
        };
        for (const { at, what } of events) {
          const time = at.getTime();
          const stage = history[history.length - 1]?.stage;
          if (what === 'lead' && stage === undefined) enter('LEAD', time);
          if (what === 'opportunity' && (stage === undefined || stage === 'LEAD')) enter('PROSPECT', time);
          if (what !== 'order') continue;
          lapse(time);
          const now = history[history.length - 1]?.stage;
          if (last === null) enter('CUSTOMER', time);
          else if (now !== 'REPEAT_CUSTOMER') enter('REPEAT_CUSTOMER', time);
          last = time;
        }
        lapse(Date.now());
        const end = history[history.length - 1];
        expect(answers[index].lifecycleStage).toEqual({ value: end?.stage ?? null, since: end?.at ?? null, history });
      }
    });
    await fc.assert(property, RUNS);
  });
});

const opportunity = fc.record({
  stage: fc.constantFrom(
    'PROSPECTING' as const,
    'NEGOTIATION' as const,
    'COMMITTED' as const,
    'WON' as const,
    'LOST' as const,
  ),
  amount: fc.option(price, { freq: 5 }),
  currency: fc.constantFrom('EUR', 'USD'),
  probability: fc.noBias(fc.integer({ min: 0, max: 10_000 })),
  expected: fc.option(fc.integer({ min: -25, max: 25 })),
  opened: fc.option(fc.integer({ min: -400, max: -50 }), { freq: 8 }),
  closed: fc.option(fc.integer({ min: -40, max: -1 }), { freq: 8 }),
});
const at = (days: number) => new Date(Date.UTC(2026, 5, 15, 23, 59, 59, 999) + days * DAY);
const day = (days: number) => at(days).toISOString().slice(0, 10);

describe('forecast, win rate and sales cycle', () => {
  it('agree with a recomputation from random rows', async () => {
    const property = fc.asyncProperty(
      fc.oneof(fc.array(opportunity, { maxLength: 3 }), fc.array(opportunity, { minLength: 12, maxLength: 18 })),
      fc.integer({ min: -40, max: 0 }),
      fc.integer({ min: 0, max: 40 }),
      async (rows, from, to) => {
        const ownerId = uuid();
        const made = rows.map((row) => {
          const isOpen = row.stage !== 'WON' && row.stage !== 'LOST';
          const closed = isOpen ? null : row.closed;
          const probability = isOpen ? row.probability : row.stage === 'WON' ? 10_000 : 0;
          return { ...row, isOpen, closed, probability, decided: closed ?? row.expected };
        });
        for (const row of made) {
          await opportunityRow(subgraph, {
            ownerId,
            stage: row.stage,
            amountValue: row.amount === null ? null : written(row.amount),
            currency: row.amount === null ? null : row.currency,
            probability: (row.probability / 10_000).toFixed(4),
            expectedCloseOn: row.expected === null ? null : day(row.expected),
            openedAt: row.opened === null ? null : at(row.opened),
            closedAt: row.closed === null ? null : at(row.closed),
          });
        }
        const metric = '{ value { amount currency } explain { n } }';
        const { data, errors } = await subgraph.ask(
          `query ($period: SalesPeriod!, $owner: ID!) {
          forecast(period: $period, filter: { ownerId: $owner }) { from to withoutAmount weighted ${metric} commit ${metric} bestCase ${metric} won ${metric} }
          euro: forecast(period: $period, currency: "EUR", filter: { ownerId: $owner }) { withoutAmount commit ${metric} }
          winRate(period: $period, filter: { ownerId: $owner }) { value explain { n } }
          salesCycleDays(period: $period, filter: { ownerId: $owner }) { value explain { n } }
        }`,
          { period: { from: day(from), to: day(to) }, owner: ownerId },
        );
        expect(errors).toBeUndefined();
        const within = made.filter(({ decided }) => decided !== null && decided >= from && decided <= to);
        const worth = within.flatMap((row) => (row.amount === null ? [] : [{ ...row, amount: row.amount }]));
        const sums = (weigh: (row: (typeof worth)[number]) => bigint) => sumBy(worth, (row) => row.currency, weigh);
        const { forecast } = data;
        expect(forecast).toMatchObject({ from: day(from), to: day(to), withoutAmount: within.length - worth.length });
        const exact = sums((row) => row.amount * BigInt(row.probability));
        const rounded = Object.fromEntries(Object.entries(exact).map(([of, sum]) => [of, (sum + 5000n) / 10_000n]));
        expect(inUnits(forecast.weighted.value)).toEqual(rounded);
        const when = (counts: (row: (typeof worth)[number]) => boolean) =>
          sums((row) => (counts(row) ? row.amount : 0n));
        const commit = when(({ stage }) => stage === 'COMMITTED' || stage === 'WON');
        expect(inUnits(forecast.commit.value)).toEqual(commit);
        expect(inUnits(forecast.bestCase.value)).toEqual(when(({ isOpen, stage }) => isOpen || stage === 'WON'));
        expect(inUnits(forecast.won.value)).toEqual(when(({ stage }) => stage === 'WON'));
        expect(forecast.weighted.explain.n).toBe(worth.length);
        expect(inUnits(data.euro.commit.value)).toEqual('EUR' in commit ? { EUR: commit.EUR } : {});

        const won = within.filter(({ stage }) => stage === 'WON');
        const lost = within.filter(({ stage }) => stage === 'LOST');
        const closes = won.length + lost.length;
        expect(data.winRate).toEqual({ value: closes === 0 ? null : won.length / closes, explain: { n: closes } });
        const cycles = won.flatMap(({ opened, closed }) =>
          opened === null || closed === null ? [] : [closed - opened],
        );
        expect(data.salesCycleDays.explain.n).toBe(cycles.length);
        const mean =
          cycles.length === 0 ? null : Number(new Big(cycles.reduce((sum, days) => sum + days, 0)).div(cycles.length));
        expect(data.salesCycleDays.value).toBe(mean);
      },
    );
    await fc.assert(property, RUNS);
  });

  it.each([
    ['a period that ends before it begins', '{ from: "2026-02-01", to: "2026-01-31" }', 'period.to'],
    ['a year beyond all bounds', '{ from: "2026-02-01", to: "9999-01-01" }', 'period.to'],
  ])('refuse %s', async (_what, period, argument) => {
    for (const field of [
      'forecast { from }',
      'winRate { value }',
      'salesCycleDays { value }',
      'activityMix { total }',
    ]) {
      const [name, selection] = [field.split(' ')[0], field.slice(field.indexOf('{'))];
      const { errors } = await subgraph.ask(`{ ${name}(period: ${period}) ${selection} }`);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    }
  });
});

const ago = (days: number) => new Date(Date.now() - days * DAY);

describe('stalled opportunities', () => {
  it('are open, and nothing was heard of them for that long', async () => {
    const ownerId = uuid();
    const make = (days: number, more = {}) => opportunityRow(subgraph, { ownerId, openedAt: ago(days), ...more });
    const silent = await make(90);
    const called = await make(80);
    await activityRow(subgraph, { opportunityId: called, occurredAt: ago(10) });
    await activityRow(subgraph, { opportunityId: silent, occurredAt: ago(50) });
    const moved = await make(70);
    await subgraph.database.dataSource.query('INSERT INTO sales.stage_change VALUES ($1, 0, $2, $3)', [
      moved,
      'PROPOSAL',
      ago(20),
    ]);
    await make(60, { stage: 'LOST', probability: '0' });
    await make(5);
    const ask = async (days: number) => {
      const { data, errors } = await subgraph.ask(
        'query ($days: Int!, $owner: ID!) { stalledOpportunities(days: $days, filter: { ownerId: $owner }) { totalCount nodes { id lastTouchedAt } } }',
        { days, owner: ownerId },
      );
      expect(errors).toBeUndefined();
      return data.stalledOpportunities.nodes;
    };
    expect((await ask(30)).map(({ id }: { id: string }) => id)).toEqual([silent]);
    expect((await ask(9)).map(({ id }: { id: string }) => id)).toEqual([silent, called, moved]);
    const touched = (await ask(9)).map(({ lastTouchedAt }: { lastTouchedAt: string }) =>
      Math.round((Date.now() - Date.parse(lastTouchedAt)) / DAY),
    );
    expect(touched).toEqual([50, 10, 20]);
    const { errors } = await subgraph.ask('{ stalledOpportunities(days: 0) { totalCount } }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'days' });
  });
});

describe('activity mix', () => {
  it('agrees with a recomputation from random rows, for one and for all', async () => {
    const kind = fc.constantFrom('CALL' as const, 'EMAIL' as const, 'NOTE' as const);
    let year = 1950;
    const property = fc.asyncProperty(
      fc.array(fc.array(fc.record({ kind, days: fc.integer({ min: 0, max: 5 }) }), { maxLength: 5 }), {
        minLength: 2,
        maxLength: 3,
      }),
      async (people) => {
        year += 1;
        const ids = people.map(() => uuid());
        // Whole days from midnight: the first and the last moment of the period are in it.
        const moment = (days: number) => new Date(Date.UTC(year, 0, 1 + days) - (days === 4 ? 1 : 0));
        for (const [index, done] of people.entries()) {
          for (const one of done)
            await activityRow(subgraph, { kind: one.kind, employeeId: ids[index] ?? '', occurredAt: moment(one.days) });
        }
        const period = `period: { from: "${year}-01-02", to: "${year}-01-03" }`;
        const mix = 'total kinds { kind count share } explain { n }';
        const expected = people.map((done) => {
          const counted = done.filter(
            ({ days }) => [1, 2, 4].includes(days) && moment(days) < new Date(Date.UTC(year, 0, 4)),
          );
          const kinds = ['CALL', 'EMAIL', 'MEETING', 'PRESENTATION', 'NOTE'].map((name) => {
            const count = counted.filter((one) => one.kind === name).length;
            return { kind: name, count, share: counted.length === 0 ? null : count / counted.length };
          });
          return { total: counted.length, kinds, explain: { n: counted.length } };
        });
        const answers = await subgraph.entities('Employee', ids, `activityMix(${period}) { ${mix} }`);
        expect(answers.map(({ activityMix }) => activityMix)).toEqual(expected);
        const { data } = await subgraph.ask(`{ activityMix(${period}, first: 100) { employee { id } ${mix} } }`);
        const all = ids
          .map((id, index) => ({ employee: { id }, total: 0, ...expected[index] }))
          .filter(({ total }) => total > 0);
        all.sort((a, b) => b.total - a.total || (a.employee.id < b.employee.id ? -1 : 1));
        expect(data.activityMix).toEqual(all);
      },
    );
    await fc.assert(property, RUNS);
  });
});

describe('statements', () => {
  it('has an index for each new list, filter and order', async () => {
    // Two partial indexes serve a customer's overdue steps; only with rows to count is the one of the customer cheaper.
    await subgraph.database.dataSource.query(`
      INSERT INTO sales.activity (id, kind, customer_id, subject, occurred_at, next_step_description, next_step_due_at)
      SELECT gen_random_uuid(), 'CALL', gen_random_uuid(), 'Offer', '2020-01-01', 'Call', '2020-01-02' FROM generate_series(1, 500)`);
    await subgraph.database.dataSource.query('ANALYZE sales.activity');
    const period = 'period: { from: "2026-01-01", to: "2026-02-01" }';
    const id = `"${UNKNOWN}"`;
    const nodes = '{ nodes { id } }';
    const asked: [string, string][] = [
      ...['CAPTURED_AT_DESC', 'CAPTURED_AT_ASC'].flatMap((orderBy): [string, string][] => [
        [`leads(orderBy: ${orderBy}) ${nodes}`, ''],
        [`leads(orderBy: ${orderBy}, filter: { status: NEW }) ${nodes}`, 'status'],
        [`leads(orderBy: ${orderBy}, filter: { source: WEB }) ${nodes}`, 'source'],
        [`leads(orderBy: ${orderBy}, filter: { ownerId: ${id} }) ${nodes}`, 'owner_id'],
        [`leads(orderBy: ${orderBy}, filter: { customerId: ${id} }) ${nodes}`, 'customer_id'],
      ]),
      [`overdueFollowUps ${nodes}`, 'next_step_due_at'],
      [`overdueFollowUps(filter: { employeeId: ${id} }) ${nodes}`, 'next_step_employee_id'],
      [`overdueFollowUps(filter: { customerId: ${id} }) ${nodes}`, 'customer_id'],
      [`stalledOpportunities ${nodes}`, ''],
      [`stalledOpportunities(filter: { ownerId: ${id} }) ${nodes}`, 'owner_id'],
      [`handovers ${nodes}`, ''],
      [`handovers(filter: { fromId: ${id} }) ${nodes}`, 'from_id'],
      [`handovers(filter: { toId: ${id} }) ${nodes}`, 'to_id'],
      ...['forecast', 'winRate', 'salesCycleDays'].flatMap((name): [string, string][] => [
        [`${name}(${period}) { __typename }`, 'expected_close_on'],
        [`${name}(${period}, filter: { ownerId: ${id} }) { __typename }`, 'owner_id'],
        [`${name}(${period}, filter: { productId: ${id} }) { __typename }`, 'product_id'],
      ]),
      [`activityMix(${period}) { total }`, 'occurred_at'],
    ];
    for (const [field, column] of asked) {
      const [statement = ''] = await subgraph.statements(() => subgraph.ask(`{ ${field} }`));
      const plan = await planOf(subgraph.database.dataSource, statement);
      const isList = field.endsWith(nodes);
      const used =
        column === '' || plan.split('\n').some((text) => text.includes('Index Cond:') && text.includes(column));
      expect({ field, used, bad: isList ? /Seq Scan|Sort/.test(plan) : plan.includes('Seq Scan') }).toEqual({
        field,
        used: true,
        bad: false,
      });
    }
  });

  const lists = '{ totalCount nodes { id customer { id } } pageInfo { hasNextPage } }';
  const portfolio = `portfolio {
    accounts(first: 2) { totalCount nodes { since customer { id } owner { id } } }
    openOpportunities(first: 2) { totalCount nodes { id lastTouchedAt } }
    nextSteps(first: 2) { totalCount nodes { id documents { name } nextStep { owner { id } } } } openLeads(first: 2) ${lists}
  } activityMix(period: { from: "2026-01-01", to: "2026-12-31" }) { total explain { n } }`;
  const ofCustomer = `lifecycleStage { value history { stage at } explain { formula } }
    leads(first: 2) { totalCount nodes { id owner { id } opportunity { id } qualification { missing } } }
    grossMargin { value { amount } explain { n } } categorySpend { amount { amount } employee { id } } shareOfWallet { value shares { share } }
    nextSteps(first: 2) { nodes { documents { name url } } } opportunities(first: 2) { nodes { lastTouchedAt } }`;
  it.each([
    ['Customer', ofCustomer],
    ['Employee', portfolio],
    [
      'Handover',
      `accountCount opportunityAmount { amount } overdueNextStepCount leadCount
      items(first: 2) { totalCount nodes { kind account { id } opportunity { id } activity { id } lead { id } } }`,
    ],
  ])('are as many for fifty of %s as for one, whatever is asked', async (typename, selection) => {
    const { manager } = subgraph.database.dataSource;
    const ids = Array.from({ length: 50 }, () => uuid());
    for (const id of ids) {
      const own = { customerId: id, ownerId: id };
      const opportunityId = await opportunityRow(subgraph, own);
      const lead = { id: uuid(), name: 'Jo', source: 'WEB' as const, capturedAt: new Date() };
      await manager.insert(Lead, { ...lead, ...own, status: 'NEW' });
      await manager.insert(Lead, {
        ...lead,
        id: uuid(),
        ...own,
        status: 'CONVERTED',
        convertedAt: new Date(),
        opportunityId,
      });
      const activityId = await activityRow(subgraph, {
        customerId: id,
        employeeId: id,
        nextStepDescription: 'x',
        nextStepDueAt: new Date(),
      });
      await subgraph.database.dataSource.query(
        `INSERT INTO sales.activity_document VALUES ($1, 0, 'Offer', 'https://example.com/')`,
        [activityId],
      );
      await subgraph.database.dataSource.query('INSERT INTO sales.account (customer_id, owner_id) VALUES ($1, $1)', [
        id,
      ]);
      await manager.insert(CategorySpend, {
        customerId: id,
        year: 2026,
        currency: 'EUR',
        amountValue: '100',
        employeeId: id,
      });
      await orderRow(subgraph, { customerId: id }, [{ productId, unitCostAmount: '4' }]);
      await subgraph.database.dataSource.query('INSERT INTO sales.handover VALUES ($1, $1, $1, now())', [id]);
      await subgraph.database.dataSource.query(
        `INSERT INTO sales.handover_item VALUES
          ($1, $1, 'ACCOUNT', NULL, NULL), ($1, $2, 'OPPORTUNITY', 3, 'EUR'), ($1, $3, 'NEXT_STEP', NULL, NULL)`,
        [id, opportunityId, activityId],
      );
    }
    const one = await subgraph.statements(() => subgraph.entities(typename, ids.slice(0, 1), selection));
    const fifty = await subgraph.statements(() => subgraph.entities(typename, ids, selection));
    expect(fifty).toHaveLength(one.length);
    expect(fifty.length).toBeGreaterThan(2);
    expect(await subgraph.entities(typename, [ids[0]?.toUpperCase() ?? '', 'x'], '__typename')).toEqual([
      { __typename: typename },
      null,
    ]);
  });
});

describe('the migration', () => {
  it('runs over rows that are there, and lets the version before it write on', async () => {
    const before = { ...sales, migrations: sales.migrations.slice(0, 1) };
    const database = await createTestDatabase();
    try {
      await migrateSubgraph(before, database.url);
      const old = await createDataSource(before, { url: database.url, poolSize: 1 }).initialize();
      const [customerId, employeeId, activityId] = [uuid(), uuid(), uuid()];
      const write = async (id: string) => {
        await old.query('INSERT INTO account (customer_id, owner_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
          customerId,
          employeeId,
        ]);
        await old.query(
          `INSERT INTO activity (id, kind, customer_id, employee_id, subject, occurred_at, next_step_description, next_step_due_at)
           VALUES ($1, 'CALL', $2, $3, 'Offer', '2026-01-01', 'Call', '2026-01-02')`,
          [id, customerId, employeeId],
        );
        await old.query(
          `INSERT INTO opportunity (id, name, stage, probability, owner_id, expected_close_on) VALUES ($1, 'Refit', 'PROPOSAL', 0.4, $2, '2026-05-01')`,
          [id, employeeId],
        );
      };
      try {
        await write(activityId);
        expect(await migrateSubgraph(sales, database.url)).toEqual(sales.migrations.slice(1).map(({ name }) => name));
        await write(uuid());
        const rows = await old.query<{ who: string; n: string }[]>(
          'SELECT next_step_employee_id AS who, count(*) AS n FROM activity GROUP BY 1',
        );
        expect(rows).toEqual([{ who: employeeId, n: '2' }]);
        expect(await old.query('SELECT version FROM account')).toEqual([{ version: 1 }]);
      } finally {
        await old.destroy();
      }
      expect(await migrateSubgraph(sales, database.url)).toEqual([]);
    } finally {
      await database.drop();
    }
  });
});
