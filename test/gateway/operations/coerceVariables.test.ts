import fc from 'fast-check';
import { Kind, type OperationDefinitionNode, buildSchema, parse } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { OperationRefused } from '../../../gateway/operations/OperationRefused.js';
import { coerceVariables } from '../../../gateway/operations/coerceVariables.js';

const schema = buildSchema(`
  scalar Any
  enum Mood { GLAD SAD }
  input Inner { no: Int! name: String = "nobody" mood: Mood inner: Inner }
  input Filter { id: ID list: [Inner!] any: Any flag: Boolean = true }
  type Query { find(filter: Filter, ids: [ID!]!, no: Int, mood: Mood): Boolean }
`);

const operationOf = (text: string): OperationDefinitionNode => {
  const [operation] = parse(text).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('that is no operation');
  return operation;
};

const operation = operationOf(
  'query ($filter: Filter, $ids: [ID!]!, $no: Int = 3, $mood: Mood!) { find(filter: $filter, ids: $ids, no: $no, mood: $mood) }',
);
const coerce = (given: Record<string, unknown>, hideSuggestions = false): Record<string, unknown> =>
  coerceVariables(schema, operation, given, { hideSuggestions, maxValues: 50_000 });

const refused = (given: Record<string, unknown>, hideSuggestions = false): OperationRefused => {
  try {
    coerce(given, hideSuggestions);
  } catch (error) {
    if (error instanceof OperationRefused) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

test('variables are read as graphql-js reads them', () => {
  const leaf = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom('GLAD', 'SAD', 'MAD'),
  );
  const { inner } = fc.letrec((tie) => ({
    inner: fc.record(
      { no: leaf, name: leaf, mood: leaf, inner: fc.option(tie('inner'), { maxDepth: 3 }), other: leaf },
      { requiredKeys: [] },
    ),
  }));
  const filter = fc.record(
    { id: leaf, list: fc.oneof(fc.array(inner, { maxLength: 3 }), inner), any: fc.jsonValue(), flag: leaf, no: leaf },
    { requiredKeys: [] },
  );
  const variables = fc.record(
    { filter: fc.option(filter), ids: fc.oneof(fc.array(leaf, { maxLength: 3 }), leaf), no: leaf, mood: leaf },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(variables, (given) => {
      const { coerced, errors = [] } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
      const ours = coerced ? coerce(given) : refused(given).errors.length;
      expect(ours).toEqual(coerced ?? Math.min(10, errors.length));
    }),
    { numRuns: 300 },
  );
});

const answerOf = (given: Record<string, unknown>): string => JSON.stringify(refused(given).errors);

describe('however much is wrong with the variables', () => {
  test('of 40,000 unknown keys ten are told, and no value is repeated', () => {
    const filter = Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`k${index}`, 'secret']));
    const { errors } = refused({ filter, ids: [], mood: 'SAD' });
    expect(errors).toHaveLength(10);
    expect(errors[0]?.message).toBe(
      'Variable "$filter" got invalid value: Field "k0" is not defined by type "Filter".',
    );
    expect(errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'filter' });
    expect(answerOf({ filter, ids: [], mood: 'SAD' })).not.toContain('secret');
  });

  test('of 40,000 wrong elements ten are told, each with its place', () => {
    const { errors } = refused({ ids: Array.from({ length: 40_000 }, () => true), mood: 'SAD' });
    expect(errors).toHaveLength(10);
    expect(errors[9]?.extensions).toMatchObject({ argument: 'ids[9]' });
  });

  test('a name of any length is cut', () => {
    const filter = { ['x'.repeat(100_000)]: 1 };
    expect(answerOf({ filter, ids: [], mood: 'SAD' }).length).toBeLessThan(1_000);
    expect(answerOf({ ids: [], mood: 'y'.repeat(100_000) }).length).toBeLessThan(1_000);
  });

  test('more values than are allowed, or deeper ones, are not read at all', () => {
    const many = refused({ ids: Array.from({ length: 60_000 }, () => 'a'), mood: 'SAD' });
    expect(many.errors).toMatchObject([
      { message: expect.stringContaining('--max-input-values'), extensions: { code: 'BAD_USER_INPUT', limit: 50_000 } },
    ]);
    const deep = JSON.parse(`${'[{"any":'.repeat(20_000)}1${'}]'.repeat(20_000)}`);
    expect(refused({ filter: { any: deep }, ids: [], mood: 'SAD' }).errors[0]?.message).toContain('nest deeper');
  });

  test('nothing is suggested where the schema is not told', () => {
    const wrong = { filter: { lisst: [] }, ids: [], mood: 'GLADD' };
    expect(JSON.stringify(refused(wrong).errors)).toContain('Did you mean');
    expect(JSON.stringify(refused(wrong, true).errors)).not.toContain('Did you mean');
  });
});
