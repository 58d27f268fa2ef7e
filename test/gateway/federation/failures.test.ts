import { SubgraphFailure } from '../../../gateway/upstream/SubgraphFailure.js';
import { compose, federation } from '../../support/fixtureSupergraph.js';
import type { AnsweringSubgraph, Spoil } from './answeringSubgraph.js';
import { subgraphsOf, supergraphOf } from './composeFixture.js';
import { NULLS } from './fixtures/nulls.js';
import { ourGateway } from './ourGateway.js';
import type { GatewayAnswer } from './stockGateway.js';

const SDL = supergraphOf(NULLS);

/** Asks the rows and their facts, with what becomes of the answers of `facts`. */
async function askFacts(query: string, spoil: Spoil): Promise<GatewayAnswer> {
  return ourGateway(SDL, subgraphsOf(NULLS, { facts: spoil })).ask({ query });
}

const ROWS = '{ stricter { id fact twin { id text } } fails }';
const WITHOUT_FACTS = {
  stricter: [
    { id: '1', fact: null, twin: null },
    { id: '3', fact: null, twin: null },
  ],
  fails: null,
};

/** The error for the facts of the rows, none of which came. */
function lost(code: string, message: unknown): unknown {
  return { message, path: ['stricter'], extensions: { code, serviceName: 'facts' } };
}

describe('a subgraph that breaks', () => {
  test.each<[string, Spoil]>([
    ['has too few entities', () => ({ data: { _entities: [{ fact: 'x' }] } })],
    ['has too many entities', ({ data }) => ({ data: { _entities: [...list(data?.['_entities']), null] } })],
    ['has an object where the list should be', () => ({ data: { _entities: { 0: null, 1: null } } })],
    ['has entities that are none', () => ({ data: { _entities: ['a', 1] } })],
    ['has lists as entities', () => ({ data: { _entities: [[], []] } })],
    ['has no entities at all', () => ({ data: {} })],
  ])('and %s gave no answer', async (_what, spoil) => {
    const { data, errors } = await askFacts(ROWS, spoil);
    expect(data).toEqual(WITHOUT_FACTS);
    expect(errors).toContainEqual(
      lost('SERVICE_UNAVAILABLE', 'The subgraph "facts" gave an answer that is not GraphQL.'),
    );
    expect(errors).toHaveLength(2);
  });

  test.each(['unreachable', 'timeout', 'status', 'garbage', 'too-large'] as const)(
    'because of %s costs its fields only',
    async (reason) => {
      const { data, errors } = await askFacts(ROWS, () => {
        throw new SubgraphFailure('facts', reason);
      });
      expect(data).toEqual(WITHOUT_FACTS);
      expect(errors).toContainEqual(lost('SERVICE_UNAVAILABLE', new SubgraphFailure('facts', reason).message));
    },
  );

  test('costs nothing where there was nothing to ask it about', async () => {
    // The lists are null, by an error of their own.
    const { errors } = await askFacts('{ lists { fact } stricter { fact } }', () => {
      throw new SubgraphFailure('facts', 'unreachable');
    });
    const told = errors.filter(({ extensions }) => extensions?.['serviceName'] === 'facts');
    expect(told.map(({ path }) => path)).toEqual([['stricter']]);
  });

  test('in a way that nobody foresaw costs its fields only too', async () => {
    const { data, errors } = await askFacts(ROWS, () => {
      throw new TypeError('undefined is not a function');
    });
    expect(data).toEqual(WITHOUT_FACTS);
    expect(errors).toContainEqual(lost('INTERNAL_SERVER_ERROR', 'The fetch failed.'));
  });

  test('with errors and no data tells them at the place that they cost', async () => {
    const { data, errors } = await askFacts(ROWS, () => ({
      data: null,
      errors: [{ message: 'Too busy.', extensions: { code: 'BUSY' } }],
    }));
    expect(data).toEqual(WITHOUT_FACTS);
    expect(errors).toContainEqual(lost('BUSY', 'Too busy.'));
  });

  test('in part answers in part, with the error at its place', async () => {
    const { data, errors } = await askFacts('{ stricter { id fact } }', (answer) => ({
      data: { _entities: [list(answer.data?.['_entities'])[0], null] },
      errors: [{ message: 'No.', path: ['_entities', 1], extensions: { code: 'BUSY' } }],
    }));
    expect(data).toEqual({
      stricter: [
        { id: '1', fact: 'Fact 1' },
        { id: '3', fact: null },
      ],
    });
    expect(errors).toMatchObject([{ message: 'No.', path: ['stricter', 1], extensions: { code: 'BUSY' } }]);
  });
});

const VALUES = `${federation('@key')}
  type Query { value: Value values: [Value!] thing: Thing things: [Thing] }
  type Value { int: Int float: Float text: String flag: Boolean id: ID colour: Colour list: [Int] grid: [[Int!]] sure: Int! inner: Value custom: Any }
  enum Colour { RED BLUE }
  scalar Any
  union Thing = Value | Other
  type Other { text: String }`;

/** A gateway whose one subgraph answers this, whatever it is asked. */
function answering(data: Record<string, unknown> | null): { ask(query: string): Promise<GatewayAnswer> } {
  const subgraph: AnsweringSubgraph = { requests: [], ask: async () => structuredClone({ data }) };
  const sdl = compose([{ name: 'values', url: 'http://values.test/graphql', typeDefs: VALUES }]);
  const gateway = ourGateway(sdl, new Map([['values', subgraph]]));
  return { ask: (query) => gateway.ask({ query }) };
}

describe('a value that does not fit its type', () => {
  test.each<[field: string, sent: unknown, answered: unknown]>([
    ['int', 3, 3],
    ['int', 3.5, undefined],
    ['int', '3', undefined],
    ['int', 2 ** 31, undefined],
    ['int', true, undefined],
    ['int', {}, undefined],
    ['float', 1, 1],
    ['float', 'x', undefined],
    ['text', 'x', 'x'],
    ['text', 1, undefined],
    ['text', ['x'], undefined],
    ['flag', false, false],
    ['flag', 'false', undefined],
    ['id', 'a', 'a'],
    ['id', 7, '7'],
    ['id', {}, undefined],
    ['colour', 'RED', 'RED'],
    ['colour', 'GREEN', undefined],
    ['colour', 1, undefined],
    ['custom', { any: ['thing', null, 1.5] }, { any: ['thing', null, 1.5] }],
    ['list', [1, null, 3], [1, null, 3]],
    ['list', {}, undefined],
    ['list', 1, undefined],
    ['grid', [[1], null, []], [[1], null, []]],
    ['grid', [[1, null]], [null]],
    ['grid', [1], [null]],
    ['inner', 'x', undefined],
    ['inner', [], undefined],
  ])('%s: %j is answered as %j', async (field, sent, answered) => {
    const sub = field === 'inner' ? `${field} { int }` : field;
    const { data, errors } = await answering({ value: { sure: 1, [field]: sent } }).ask(`{ value { sure ${sub} } }`);
    expect(data).toEqual({ value: { sure: 1, [field]: answered ?? null } });
    const fails = answered === undefined || JSON.stringify(answered) === '[null]';
    expect(errors.map(({ path }) => path?.slice(0, 2))).toEqual(fails ? [['value', field]] : []);
  });

  test('takes an unsure list element with it and a sure one the list, each with its path', async () => {
    const { data, errors } = await answering({ value: { sure: 1, list: [1, 'x'], grid: [[1], [2, 'x']] } }).ask(
      '{ value { list grid } }',
    );
    expect(data).toEqual({ value: { list: [1, null], grid: [[1], null] } });
    expect(errors.map(({ path }) => path)).toEqual([
      ['value', 'list', 1],
      ['value', 'grid', 1, 1],
    ]);
  });

  test('takes its object with it where it may not be null, up to where null is allowed', async () => {
    const { data, errors } = await answering({ values: [{ sure: 1 }, { sure: 'x' }] }).ask('{ values { sure } }');
    expect(data).toEqual({ values: null });
    expect(errors.map(({ path }) => path)).toEqual([['values', 1, 'sure']]);
  });

  test('is not confused by a type that clients do not know, or that cannot stand there', async () => {
    const things = [
      { __typename: 'Other', text: 'o' },
      { __typename: 'Ghost', text: 'g' },
      { __typename: 'Query', text: 'q' },
      { text: 'nameless' },
    ];
    const { data, errors } = await answering({ things }).ask('{ things { __typename ... on Other { text } } }');
    expect(data).toEqual({ things: [{ __typename: 'Other', text: 'o' }, null, null, null] });
    expect(errors.map(({ path }) => path?.slice(0, 2))).toEqual([
      ['things', 1],
      ['things', 2],
      ['things', 3],
    ]);
  });

  test('sends nothing that was not asked for', async () => {
    const { data } = await answering({ value: { int: 1, text: 'secret', sure: 2 }, more: 3 }).ask('{ value { int } }');
    expect(data).toEqual({ value: { int: 1 } });
  });

  test('keeps text that looks like code as it is', async () => {
    const text = '"\\\u2028</script>${x}`\u0000\ud83d';
    const { data } = await answering({ value: { text, sure: 1 } }).ask('{ value { text } }');
    expect(data).toEqual({ value: { text } });
  });

  test('has names of JavaScript for nothing but names', async () => {
    const { data } = await answering({ value: { sure: 1 } }).ask(
      '{ value { constructor: int toString: text hasOwnProperty: flag } }',
    );
    expect(data).toEqual({ value: { constructor: null, toString: null, hasOwnProperty: null } });
  });
});

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
