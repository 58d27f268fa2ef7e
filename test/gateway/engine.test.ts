import type { SubgraphDefinition } from '../support/fixtureSubgraph.js';
import { engineOver } from '../support/engineOver.js';
import { federation } from '../support/fixtureSupergraph.js';

const itself = (reference: object): object => reference;

/** Products with their reviews, whose authors have written reviews: the same few entities over and over. */
const SHOP: readonly SubgraphDefinition[] = [
  {
    name: 'products',
    typeDefs: `${federation('@key', '@shareable')}
      type Query { products: [Product!]! best: Product }
      type Product @key(fields: "id") { id: ID! name: String! size: Size @shareable }
      type Size { width: Int @shareable }`,
    resolvers: {
      Query: { products: () => ['1', '2'].map((id) => ({ id })), best: () => ({ id: '1' }) },
      Product: {
        __resolveReference: itself,
        name: ({ id }: { id: string }) => `product ${id}`,
        size: ({ id }: { id: string }) => ({ width: Number(id) }),
      },
    },
  },
  {
    name: 'reviews',
    typeDefs: `${federation('@key')}
      type Query { newest: Review }
      type Review @key(fields: "id") { id: ID! text(length: Int = 3): String! author: User product: Product }
      type User @key(fields: "id") { id: ID! reviews: [Review!] }
      type Product @key(fields: "id") { id: ID! reviews: [Review!] }`,
    resolvers: {
      Query: { newest: () => ({ id: '7' }) },
      Review: {
        __resolveReference: itself,
        text: (_: unknown, { length }: { length: number }) => 'x'.repeat(length),
        author: ({ id }: { id: string }) => ({ id: id === '7' ? 'a' : 'b' }),
        product: () => ({ id: '1' }),
      },
      User: { __resolveReference: itself, reviews: () => [{ id: '7' }, { id: '8' }] },
      Product: { __resolveReference: itself, reviews: () => [{ id: '7' }, { id: '8' }] },
    },
  },
  {
    name: 'users',
    typeDefs: `${federation('@key')}
      type Query { me: User }
      type User @key(fields: "id") { id: ID! name(upper: Boolean = false): String }`,
    resolvers: {
      Query: { me: () => ({ id: 'a' }) },
      User: {
        __resolveReference: itself,
        name: ({ id }: { id: string }, { upper }: { upper: boolean }) => (upper ? id.toUpperCase() : id),
      },
    },
  },
];

function callsTo(engine: ReturnType<typeof engineOver>, service: string): unknown[] {
  return engine.sent.filter((request) => request.service === service).map(({ variables }) => variables);
}

describe('what the engine asks of subgraphs', () => {
  test('an entity is asked about once, however often it stands in the answer', async () => {
    const engine = engineOver(SHOP);
    const { data, errors } = await engine.ask('{ products { reviews { author { name } } } }');
    const reviews = [{ author: { name: 'a' } }, { author: { name: 'b' } }];
    expect(data).toEqual({ products: [{ reviews }, { reviews }] });
    expect(errors).toEqual([]);
    expect(callsTo(engine, 'users')).toEqual([
      {
        representations: [
          { __typename: 'User', id: 'a' },
          { __typename: 'User', id: 'b' },
        ],
      },
    ]);
  });

  test('an entity that this operation has fetched before is not fetched again', async () => {
    const engine = engineOver(SHOP);
    const { data } = await engine.ask(
      '{ newest { author { name } } products { reviews { author { name reviews { author { name } } } } } }',
    );
    expect(JSON.stringify(data)).toContain('"name":"b"');
    const asked = callsTo(engine, 'users').flatMap((variables) => JSON.stringify(variables).match(/"id":"\w+"/g) ?? []);
    expect(asked.toSorted()).toEqual(['"id":"a"', '"id":"b"']);
  });

  test('an entity is fetched again after a mutation', async () => {
    let value = 0;
    const counting = (name: string): SubgraphDefinition => ({
      name,
      typeDefs: `${federation('@key')}
        type Query { ${name}: Counter }
        type Mutation { count_${name}: Counter }
        type Counter @key(fields: "id") { id: ID! }`,
      resolvers: {
        Mutation: {
          [`count_${name}`]() {
            value += 1;
            return { id: '1' };
          },
        },
      },
    });
    const engine = engineOver([
      counting('here'),
      counting('there'),
      {
        name: 'reads',
        typeDefs: `${federation('@key')} type Counter @key(fields: "id") { id: ID! value: Int }`,
        resolvers: { Counter: { __resolveReference: itself, value: () => value } },
      },
    ]);
    const { data } = await engine.ask('mutation { a: count_here { value } b: count_there { value } }');
    expect(data).toEqual({ a: { value: 1 }, b: { value: 2 } });
  });

  test('fetches of one subgraph that can go together are one request', async () => {
    const engine = engineOver(SHOP);
    const { data } = await engine.ask('{ best { reviews { id } } me { reviews { text(length: 1) } } }');
    expect(data).toEqual({
      best: { reviews: [{ id: '7' }, { id: '8' }] },
      me: { reviews: [{ text: 'x' }, { text: 'x' }] },
    });
    expect(engine.sent.map(({ service }) => service).toSorted()).toEqual(['products', 'reviews', 'users']);
  });

  test('what goes together fails apart: a question that fails as a whole does not take others with it', async () => {
    const engine = engineOver(SHOP);
    engine.interfere(({ service, query }) =>
      service === 'reviews' && query.includes('on User')
        ? { data: null, errors: [{ message: 'no users today', extensions: { code: 'CLOSED' } }] }
        : undefined,
    );
    const { data, failures } = await engine.ask('{ best { reviews { id } } me { reviews { id } } }');
    expect(data).toEqual({ best: { reviews: [{ id: '7' }, { id: '8' }] }, me: { reviews: null } });
    expect(failures.map(({ path, extensions }) => [path, extensions])).toEqual([
      [['me'], { code: 'CLOSED', serviceName: 'reviews' }],
    ]);
  });

  test('a slow subgraph does not keep up what does not need it', async () => {
    const engine = engineOver(SHOP);
    let release: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const order: string[] = [];
    engine.interfere(async ({ service, query }) => {
      order.push(service);
      if (service === 'users' && query.includes('{me{')) await gate;
      // Only when the way over the products has come to its end does the slow one answer.
      if (service === 'users' && query.includes('_entities')) release?.();
      return undefined;
    });
    const { data } = await engine.ask('{ me { reviews { id } } best { reviews { author { name } } } }');
    expect(data).toMatchObject({ best: { reviews: [{ author: { name: 'a' } }, { author: { name: 'b' } }] } });
    expect(order).toEqual(['users', 'products', 'reviews', 'users', 'reviews']);
  });

  test('the same key with other arguments below other parents keeps its own value', async () => {
    const engine = engineOver(SHOP);
    const { data } = await engine.ask(
      '{ newest { author { n: name(upper: true) } } products { reviews { author { n: name } } } best { reviews { author { n: name(upper: true) } } } }',
    );
    expect(data).toEqual({
      newest: { author: { n: 'A' } },
      products: [
        { reviews: [{ author: { n: 'a' } }, { author: { n: 'b' } }] },
        { reviews: [{ author: { n: 'a' } }, { author: { n: 'b' } }] },
      ],
      best: { reviews: [{ author: { n: 'A' } }, { author: { n: 'B' } }] },
    });
  });
});

describe('the errors of entities', () => {
  test('are told at every place where the entity stands', async () => {
    const engine = engineOver(SHOP);
    engine.interfere(({ service, query, variables }) => {
      if (service !== 'users' || !query.includes('_entities')) return undefined;
      const known = variables['representations'];
      return {
        data: { _entities: Array.isArray(known) ? known.map((_, index) => (index === 0 ? { name: 'a' } : null)) : [] },
        errors: [{ message: 'gone', path: ['_entities', 1, 'name'], extensions: { code: 'GONE' } }],
      };
    });
    const { data, failures } = await engine.ask('{ products { reviews { author { name } } } }');
    const reviews = [{ author: { name: 'a' } }, { author: { name: null } }];
    expect(data).toEqual({ products: [{ reviews }, { reviews }] });
    expect(failures.map(({ path }) => path?.join('.'))).toEqual([
      'products.0.reviews.1.author.name',
      'products.1.reviews.1.author.name',
    ]);
  });
});

/** A subgraph of a thing whose owner is moving. */
function side(name: string, directive: string): SubgraphDefinition {
  return {
    name,
    typeDefs: `${federation('@key', '@override', '@shareable')}
    type Query { ${name}: Thing }
    type Thing @key(fields: "id") { id: ID! owner: String ${directive} }`,
    resolvers: {
      Query: { [name]: () => ({ id: '1' }) },
      Thing: { __resolveReference: itself, owner: () => name },
    },
  };
}

describe('what only some supergraphs have', () => {
  test('arguments from the objects above (@context) have the value of each place', async () => {
    const engine = engineOver([
      {
        name: 'people',
        typeDefs: `${federation('@key')}
          type Query { people: [Person] }
          type Person @key(fields: "id") { id: ID! language: String! }`,
        resolvers: {
          Query: {
            people: () => ['en', 'de', 'de'].map((language, id) => ({ id: String(id), language })),
          },
        },
      },
      {
        name: 'texts',
        typeDefs: `${federation('@key', '@context', '@fromContext', '@external')}
          type Person @key(fields: "id") @context(name: "person") { id: ID! language: String! @external greeting: Greeting }
          type Greeting @key(fields: "id") {
            id: ID! text(of: String @fromContext(field: "$person { language }")): String }`,
        resolvers: {
          Person: { __resolveReference: itself, greeting: () => ({ id: 'g' }) },
          Greeting: {
            __resolveReference: itself,
            text: (_: unknown, { of }: { of: string }) => (of === 'de' ? 'Grüß Gott' : 'Hello'),
          },
        },
      },
    ]);
    const { data, errors } = await engine.ask('{ people { greeting { text } } }');
    expect(errors).toEqual([]);
    expect(data).toEqual({
      people: ['Hello', 'Grüß Gott', 'Grüß Gott'].map((text) => ({ greeting: { text } })),
    });
    expect(engine.sent.filter(({ service }) => service === 'texts')).toHaveLength(2);
  });

  test.each([
    ['percent(100)', 'new'],
    ['percent(0)', 'old'],
    ['nobody-decides', 'old'],
  ])('a progressive override with the label %s is answered by the %s owner', async (label, owner) => {
    const engine = engineOver([side('old', ''), side('new', `@override(from: "old", label: "${label}")`)]);
    expect((await engine.ask('{ old { owner } new { owner } }')).data).toEqual({ old: { owner }, new: { owner } });
  });
});

describe('identical queries in flight, where they may share a run', () => {
  const query = '{ me { name } }';

  test('are asked once for one caller, and apart for others; a later one is asked anew', async () => {
    const engine = engineOver(SHOP, { shareIdenticalQueries: true });
    const by = (authorization: string, requestId: string) =>
      engine.ask(query, {}, { requestId, headers: { authorization, 'x-request-id': requestId } });
    const answers = await Promise.all([by('ada', '1'), by('ada', '2'), by('bob', '3')]);
    expect(answers.map(({ data }) => data)).toEqual(answers.map(() => ({ me: { name: 'a' } })));
    expect(engine.sent).toHaveLength(2);
    await by('ada', '4');
    expect(engine.sent).toHaveLength(3);
  });

  test('each has its own request id in errors', async () => {
    const engine = engineOver(SHOP, { shareIdenticalQueries: true });
    engine.interfere(() => ({ data: null, errors: [{ message: 'no' }] }));
    const answers = await Promise.all(['1', '2'].map((requestId) => engine.ask(query, {}, { requestId })));
    expect(answers.map(({ errors }) => errors[0]?.extensions?.['requestId'])).toEqual(['1', '2']);
    expect(engine.sent).toHaveLength(1);
  });

  test('are given up only when no caller waits any more', async () => {
    const engine = engineOver(SHOP, { shareIdenticalQueries: true });
    const callers = [new AbortController(), new AbortController()];
    let answer: (() => void) | undefined;
    const held = new Promise<undefined>((resolve) => {
      answer = () => resolve(undefined);
    });
    const sent = new Promise<void>((resolve) => {
      engine.interfere(() => {
        resolve();
        return held;
      });
    });
    const asked = callers.map(({ signal }) => engine.ask(query, {}, { signal }));
    await sent;
    // The second joins the run of the first in the same turn.
    await new Promise(setImmediate);
    callers[0]?.abort();
    expect(engine.sent[0]?.signal?.aborted).toBe(false);
    callers[1]?.abort();
    expect(engine.sent[0]?.signal?.aborted).toBe(true);
    answer?.();
    await Promise.all(asked);
  });
});
