import { EVERYONE } from '../../gateway/access/everyone.js';
import type { SubgraphDefinition } from '../support/fixtureSubgraph.js';
import { engineOver } from '../support/engineOver.js';
import { federation } from '../support/fixtureSupergraph.js';

/** Says anything: each test has its own answer put in the place of this. */
const ANYTHING: readonly SubgraphDefinition[] = [
  {
    name: 'one',
    typeDefs: `${federation('@key', '@inaccessible')}
      type Query { thing: Thing node: Node strict: Thing! grid: [[Cell!]!] things: [Thing] }
      type Subscription { added: Thing }
      interface Node { id: ID! }
      type Thing implements Node @key(fields: "id") {
        id: ID! name: String must: String! count: Int ratio: Float on: Boolean color: Color free: Any cells: [Int!] }
      type Cell { n: Int! }
      type Hidden implements Node @inaccessible { id: ID! }
      enum Color { RED BLUE @inaccessible }
      scalar Any`,
    resolvers: {},
  },
  {
    name: 'two',
    typeDefs: `${federation('@key')} type Thing @key(fields: "id") { id: ID! price: Int }`,
    resolvers: { Thing: { __resolveReference: (it: object) => it, price: ({ id }: { id: string }) => Number(id) } },
  },
];

async function complete(query: string, data: Record<string, unknown>, variables?: Record<string, unknown>) {
  const engine = engineOver(ANYTHING);
  engine.interfere(({ service }) => (service === 'one' ? { data } : undefined));
  const answer = await engine.ask(query, variables);
  return { data: answer.data, failures: answer.failures.map(({ message, path }) => `${path?.join('.')}: ${message}`) };
}

describe('completing an answer', () => {
  test.each([
    ['an unknown enum value', '{ thing { color } }', { color: 'GREEN' }, 'Thing.color', 'color'],
    ['an enum value that clients may not see', '{ thing { color } }', { color: 'BLUE' }, 'Thing.color', 'color'],
    ['a text as Int', '{ thing { count } }', { count: '1' }, 'Thing.count', 'count'],
    ['a fraction as Int', '{ thing { count } }', { count: 1.5 }, 'Thing.count', 'count'],
    ['a number beyond Int', '{ thing { count } }', { count: 2 ** 31 }, 'Thing.count', 'count'],
    ['a number as Boolean', '{ thing { on } }', { on: 1 }, 'Thing.on', 'on'],
    ['an object as String', '{ thing { name } }', { name: {} }, 'Thing.name', 'name'],
  ])('%s is null with an error', async (_what, query, thing, field, key) => {
    expect(await complete(query, { thing })).toEqual({
      data: { thing: { [key]: null } },
      failures: [`thing.${key}: Invalid value found for field ${field}.`],
    });
  });

  test('what fits is sent as it is, and a number as ID becomes text', async () => {
    const thing = {
      id: 7,
      name: '"\u2028\ud800',
      count: -0,
      ratio: 1e21,
      on: false,
      color: 'RED',
      free: { a: [null] },
    };
    const { data, failures } = await complete('{ thing { id name count ratio on color free } }', { thing });
    expect(failures).toEqual([]);
    expect(data).toEqual({ thing: { ...thing, id: '7', count: 0 } });
  });

  test('a null that may not be goes up to the next place that may be null, through lists of lists', async () => {
    const grid = [[{ n: 1 }], [{ n: 2 }, { n: null }]];
    expect(await complete('{ grid { n } }', { grid })).toEqual({
      data: { grid: null },
      failures: ['grid.1.1.n: Cannot return null for non-nullable field Cell.n.'],
    });
    expect(await complete('{ things { must } }', { things: [{ must: 'x' }, { must: null }, null] })).toEqual({
      data: { things: [{ must: 'x' }, null, null] },
      failures: ['things.1.must: Cannot return null for non-nullable field Thing.must.'],
    });
    expect(await complete('{ strict { name } thing { name } }', { strict: null, thing: { name: 'x' } })).toEqual({
      data: null,
      failures: ['strict: Cannot return null for non-nullable field Query.strict.'],
    });
  });

  test.each([
    ['a list where an object should be', '{ thing { name } }', { thing: [] }, 'Expected an object'],
    ['an object where a list should be', '{ things { name } }', { things: {} }, 'Expected a list'],
    ['a text where an object should be', '{ thing { name } }', { thing: 'x' }, 'Expected an object'],
    [
      'a type that clients may not see',
      '{ node { id } }',
      { node: { __typename: 'Hidden', id: 1 } },
      'Invalid __typename',
    ],
    ['a type of another kind', '{ node { id } }', { node: { __typename: 'Cell', id: 1 } }, 'Invalid __typename'],
  ])('%s is null with an error', async (_what, query, data, message) => {
    const answer = await complete(query, data);
    expect(Object.values(answer.data ?? {})).toEqual([null]);
    expect(answer.failures).toHaveLength(1);
    expect(answer.failures[0]).toContain(message);
  });

  test('skip and include go by the variables of each run', async () => {
    const query =
      'query ($a: Boolean = true, $b: Boolean!) { thing { name @include(if: $a) ...F @skip(if: $b) } } fragment F on Thing { count }';
    const thing = { name: 'x', count: 1 };
    expect((await complete(query, { thing }, { b: true })).data).toEqual({ thing: { name: 'x' } });
    expect((await complete(query, { thing }, { b: false, a: false })).data).toEqual({ thing: { count: 1 } });
    expect((await complete(query, { thing }, { b: true, a: false })).data).toEqual({ thing: {} });
  });

  test('introspection stands beside data, with variables and typenames', async () => {
    const { data } = await complete(
      'query ($name: String!) { __typename thing { my: name } __type(name: $name) { fields { name } } other: __type(name: "Hidden") { name } }',
      { thing: { my: 'x' } },
      { name: 'Cell' },
    );
    expect(data).toEqual({
      __typename: 'Query',
      thing: { my: 'x' },
      __type: { fields: [{ name: 'n' }] },
      other: null,
    });
  });

  test('keys that every object inherits are keys like any other', async () => {
    const { data, failures } = await complete('{ thing { constructor: name toString: count __proto__: on } }', {
      thing: JSON.parse('{"constructor":"x","__proto__":true}'),
    });
    expect(failures).toEqual([]);
    expect(JSON.stringify(data)).toBe('{"thing":{"constructor":"x","toString":null,"__proto__":true}}');
  });
});

describe('a subscription', () => {
  const EVENT = { added: { __typename: 'Thing', id: '5', name: 'x' } };
  const query = 'subscription ($with: Boolean!) { added { name price @include(if: $with) } }';
  const request = { requestId: 'r1', caller: EVERYONE, headers: {} };

  test('is planned: what the emitting subgraph is asked, and what each event brings from others', async () => {
    const compiled = await engineOver(ANYTHING).subscribe(query);
    expect(compiled.service).toBe('one');
    expect(compiled.query).toMatch(/^subscription.*added/);
    expect(compiled.upstreamVariables({ with: true, other: 1 })).toEqual({});
    const textWith = async (on: boolean) =>
      (await compiled.complete({ data: structuredClone(EVENT) }, { with: on }, request)).textWith();
    expect(await textWith(true)).toBe('{"data":{"added":{"name":"x","price":5}}}');
    expect(await textWith(false)).toBe('{"data":{"added":{"name":"x"}}}');
  });

  test('an event whose enrichment fails arrives in part, with an error that a client may read', async () => {
    const engine = engineOver(ANYTHING);
    engine.interfere(() => ({ data: null, errors: [{ message: 'closed', extensions: { code: 'CLOSED' } }] }));
    const compiled = await engine.subscribe(query);
    const answer = await compiled.complete({ data: EVENT }, { with: true }, request);
    expect(JSON.parse(answer.textWith())).toEqual({
      data: { added: { name: 'x', price: null } },
      errors: [{ message: 'closed', path: ['added'], extensions: { code: 'CLOSED', service: 'two', requestId: 'r1' } }],
    });
  });

  test('an event without data is null, with the errors that came', async () => {
    const compiled = await engineOver(ANYTHING).subscribe(query);
    const errors = [{ message: 'no', extensions: { code: 'CLOSED' } }];
    const answer = await compiled.complete({ data: null, errors }, { with: true }, request);
    expect(answer.data).toBeNull();
    expect(answer.errors).toMatchObject([{ message: 'no' }]);
  });
});
