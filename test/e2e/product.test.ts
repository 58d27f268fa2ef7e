import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apartFromTimes, daysMoved } from '../support/apartFromTimes.js';
import { readmeExample } from '../support/readmeExample.js';
import { openFolder } from '../support/startHarness.js';
import { startProduct, type RunningProduct } from '../support/startProduct.js';

const folder = openFolder();
let product: RunningProduct;
beforeAll(async () => {
  product = await startProduct(folder.path, ['--customers', '200']);
});
afterAll(async () => {
  await product.stop();
  folder.remove();
});

/** The names of all fields in an answer that are null. */
function nulls(value: unknown, path = ''): string[] {
  if (value === null) return [path];
  if (typeof value !== 'object') return [];
  return Object.entries(value ?? {}).flatMap(([key, item]) => nulls(item, `${path}.${key}`));
}

describe('the first minutes of a newcomer', () => {
  it("get the README's answer to the README's first query", async () => {
    const { query, answer } = await readmeExample();
    const promised = apartFromTimes(answer);
    const given = apartFromTimes(await product.ask(query));
    expect(given.rest).toEqual(promised.rest);
    const [days = Number.NaN, ...others] = daysMoved(promised, given);
    expect(days % 7).toBeCloseTo(0);
    expect(others).toEqual([]);
  });

  it('can paste the query that `npm start` printed', async () => {
    const printed = product.command.output();
    const query = /^\{$.*?^\}$/ms.exec(printed)?.[0] ?? '';
    const { data, errors } = await product.ask(query);
    expect(errors).toBeUndefined();
    expect(data.customer360.displayName).toEqual(expect.any(String));
  });

  it('find GraphiQL and the health of all six subgraphs', async () => {
    const page = await fetch(new URL('/graphiql', product.url));
    expect(await page.text()).toContain('GraphiQL');
    const health = await fetch(new URL('/health/ready', product.url));
    expect(health.status).toBe(200);
    expect(JSON.stringify(await health.json())).toMatch(
      /identity.*touchpoints.*sales.*service.*marketing.*feedback|feedback.*identity/,
    );
  });
});

describe('customer360', () => {
  it('answers the whole committed operation for every seeded customer, without an error', async () => {
    const operation = await readFile('schema/operations/customer360.graphql', 'utf8');
    const { data } = await product.ask('{ customers(first: 100) { nodes { id } } }');
    const ids: string[] = data.customers.nodes.map((node: { id: string }) => node.id);
    expect(ids).toHaveLength(100);
    for (const id of ids.slice(0, 25)) {
      const answer = await product.ask(operation, { id });
      expect(answer.errors).toBeUndefined();
      expect(answer.data.customer360.id).toBe(id);
    }
  });

  it('has something to say in each department', async () => {
    const { data } =
      await product.ask(`{ orders { totalCount } opportunities { totalCount } cases { totalCount } consents { totalCount }
         surveyResponses { totalCount } touchpoints { totalCount } journeys { totalCount } }`);
    expect(nulls(data)).toEqual([]);
    for (const list of Object.values(data as Record<string, { totalCount: number }>)) {
      expect(list.totalCount).toBeGreaterThan(10);
    }
  });

  it('counts the same orders in the list, in the metric and by hand', async () => {
    const { data } = await product.ask(`{ customers(first: 40) { nodes {
          orders(first: 100) { totalCount nodes { status total { amount currency } } }
          orderCount { value } lifetimeValue { value { amount currency } explain { n } } } } }`);
    for (const customer of data.customers.nodes) {
      const counted = customer.orders.nodes.filter((order: { status: string }) => order.status !== 'CANCELLED');
      const cents = counted.reduce(
        (sum: number, { total }: { total: { amount: string } }) => sum + Math.round(Number(total.amount) * 100),
        0,
      );
      expect(customer.lifetimeValue.explain.n).toBe(counted.length);
      const value = customer.lifetimeValue.value[0]?.amount ?? '0';
      expect(Math.round(Number(value) * 100)).toBe(cents);
    }
  });

  it('is the same customer by phone and by email, through the gateway', async () => {
    const { data } = await product.ask('{ customers(first: 100) { nodes { id emails phones } } }');
    const withPhone = data.customers.nodes.find((node: { phones: string[] }) => node.phones.length > 0);
    const found = await product.ask(
      'query ($email: String!, $phone: String!) { a: customer360(email: $email) { id } b: customer360(phone: $phone) { id } }',
      { email: withPhone.emails[0].toUpperCase(), phone: withPhone.phones[0].replace(/(\d{4})/g, '$1 ') },
    );
    expect(found).toEqual({ data: { a: { id: withPhone.id }, b: { id: withPhone.id } } });
  });
});

describe('bad input', () => {
  it.each([
    ['no identifier', '{ customer360 { id } }', 'id'],
    ['two identifiers', '{ customer360(id: "1", phone: "2") { id } }', 'phone'],
    ['a page of none', '{ orders(first: 0) { totalCount nodes { id } } }', 'first'],
    ['a page of 101', '{ touchpoints(first: 101) { nodes { id } } }', 'first'],
    ['a broken cursor', '{ cases(after: "x") { nodes { id } } }', 'after'],
  ])('comes back through the gateway as BAD_USER_INPUT: %s', async (_what, query, argument) => {
    const { errors } = await product.ask(query);
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument, requestId: expect.any(String) });
  });

  it('comes back so when a time has no zone', async () => {
    const { errors } = await product.ask(
      'query ($from: DateTime) { customers(first: 1) { nodes { timeline(filter: { from: $from }) { nodes { id } } } } }',
      { from: '2026-01-01T10:00:00' },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

describe('the second start', () => {
  it('has what was written before, and needs no seed', async () => {
    const identify = `mutation { identifyCustomer(input: { displayName: "Kept", emails: ["kept@example.com"] }) { created customer { id } } }`;
    const first = await product.ask(identify);
    expect(first.data.identifyCustomer.created).toBe(true);
    const before = await product.ask('{ customers { totalCount } }');

    const family = product.command;
    await product.stop();
    expect(await family.ended).toEqual({ code: 0, signal: null });

    product = await startProduct(folder.path, ['--customers', '200']);
    const again = await product.ask(identify);
    expect(again.data.identifyCustomer).toEqual({ created: false, customer: first.data.identifyCustomer.customer });
    expect(await product.ask('{ customers { totalCount } }')).toEqual(before);
  });
});
