import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isLeafType,
  getNamedType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import { subgraphs } from '../../subgraphs/all.js';
import { buildSubgraph } from '../../subgraphs/kit/serve/buildSubgraph.js';
import { gatewaySocket } from '../support/asGateway.js';
import { askSubgraph, type GraphQLAnswer } from '../support/startTestSubgraph.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';

/** What Postgres cannot hold, and how a literal says it. */
const TEXTS = [
  ['half of a surrogate pair', 'a\ud800b', '"a\\ud800b"'],
  ['U+0000', 'a\u0000b', '"a\\u0000b"'],
] as const;

/** A place for a text among the arguments of a field. */
interface Slot {
  /** As errors name it: `input.lines.0.sku` */
  readonly path: string;
  /** The arguments with such a text in that place, and what else is required. */
  readonly given: Readonly<Record<string, unknown>>;
}

/** Stands for the text, until it is written as a variable or as a literal. */
const HERE = Symbol('here');

class EnumValue {
  constructor(readonly name: string) {}
}

/** A value that the type takes, as small as can be. */
function anyValue(type: GraphQLInputType): unknown {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [];
  if (isEnumType(nullable)) return new EnumValue(nullable.getValues()[0]?.name ?? '');
  if (isInputObjectType(nullable)) {
    const required = Object.values(nullable.getFields()).filter((field) => isRequiredInputField(field));
    return Object.fromEntries(required.map((field) => [field.name, anyValue(field.type)]));
  }
  const ofScalar: Record<string, unknown> = {
    Int: 1,
    Float: 1.5,
    Boolean: true,
    DateTime: '2026-03-01T09:30:00Z',
    LocalDate: '2026-03-01',
    Decimal: '1.00',
  };
  return ofScalar[nullable.name] ?? 'x';
}

/** Each place of a type that takes any text, and a value of the type with the text there. A type within itself is entered once. */
function textsIn(
  type: GraphQLInputType,
  path: string,
  within: readonly string[] = [],
): { path: string; value: unknown }[] {
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    return textsIn(nullable.ofType, `${path}.0`, within).map((slot) => ({ path: slot.path, value: [slot.value] }));
  }
  if (isInputObjectType(nullable)) {
    if (within.includes(nullable.name)) return [];
    return Object.values(nullable.getFields()).flatMap((field) =>
      textsIn(field.type, `${path}.${field.name}`, [...within, nullable.name]).map((slot) => ({
        path: slot.path,
        value: { ...(anyValue(nullable) as object), [field.name]: slot.value },
      })),
    );
  }
  return nullable.name === 'String' || nullable.name === 'ID' ? [{ path, value: HERE }] : [];
}

function slotsOf(args: readonly GraphQLArgument[]): Slot[] {
  const required = Object.fromEntries(
    args.filter((arg) => isRequiredArgument(arg)).map((arg) => [arg.name, anyValue(arg.type)]),
  );
  return args.flatMap((arg) =>
    textsIn(arg.type, arg.name).map(({ path, value }) => ({ path, given: { ...required, [arg.name]: value } })),
  );
}

function asJson(value: unknown, text: string): unknown {
  if (value === HERE) return text;
  if (value instanceof EnumValue) return value.name;
  if (Array.isArray(value)) return value.map((item) => asJson(item, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asJson(inner, text)]));
}

function asLiteral(value: unknown, text: string): string {
  if (value === HERE) return text;
  if (value instanceof EnumValue) return value.name;
  if (Array.isArray(value)) return `[${value.map((item) => asLiteral(item, text)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${key}: ${asLiteral(inner, text)}`)
    .join(', ')} }`;
}

function rootFields(schema: GraphQLSchema): [operation: string, GraphQLField<unknown, unknown>][] {
  return [
    ...Object.values(schema.getQueryType()?.getFields() ?? {}).map((field) => ['query', field] as const),
    ...Object.values(schema.getMutationType()?.getFields() ?? {}).map((field) => ['mutation', field] as const),
  ]
    .filter(([, { name }]) => !name.startsWith('_'))
    .map(([operation, field]) => [operation, field]);
}

/** All that is asked of one field with the text in one place: by variables, and by literals. */
function requestsOf(operation: string, field: GraphQLField<unknown, unknown>, { given }: Slot) {
  const selection = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }';
  const names = Object.keys(given);
  const types = new Map(field.args.map(({ name, type }) => [name, String(type)]));
  const declared = names.map((name) => `$${name}: ${types.get(name)}`).join(', ');
  const used = names.map((name) => `${name}: $${name}`).join(', ');
  return TEXTS.flatMap(([, text, literal]) => [
    {
      query: `${operation} (${declared}) { ${field.name}(${used}) ${selection} }`,
      variables: asJson(given, text) as object,
    },
    {
      query: `${operation} { ${field.name}(${names.map((name) => `${name}: ${asLiteral(given[name], literal)}`).join(', ')}) ${selection} }`,
      variables: {},
    },
  ]);
}

function refusals({ errors }: GraphQLAnswer): unknown[] | undefined {
  return errors?.map(({ extensions: { code, argument } }) => [code, argument]);
}

/** As a WebSocket tells it. */
const refused = (argument: string) => [{ extensions: { code: 'BAD_USER_INPUT', argument } }];

describe('text that Postgres cannot hold is BAD_USER_INPUT with its argument', () => {
  let graph: TestSubgraphs;
  beforeAll(async () => {
    graph = await startTestSubgraphs();
  });
  afterAll(() => graph.stop());

  test.each(subgraphs.map((definition) => [definition.name, definition] as const))(
    'in each argument of %s that takes text, as a variable and as a literal',
    async (name, definition) => {
      const { schema } = await buildSubgraph(definition);
      const wrong: unknown[] = [];
      let asked = 0;
      for (const [operation, field] of rootFields(schema)) {
        for (const slot of slotsOf(field.args)) {
          for (const { query, variables } of requestsOf(operation, field, slot)) {
            const answer = await askSubgraph(name, graph.urls[name] ?? '', query, variables);
            asked += 1;
            const expected = [['BAD_USER_INPUT', slot.path]];
            if (JSON.stringify(refusals(answer)) !== JSON.stringify(expected)) wrong.push([query, slot.path, answer]);
          }
        }
      }
      expect(wrong).toEqual([]);
      expect(asked).toBeGreaterThan(40);
    },
  );

  test.each(TEXTS)('in representations: %s', async (_what, text, _literal) => {
    const query = 'query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }';
    const representations = [
      { __typename: 'Touchpoint', id: 'x' },
      { __typename: 'Touchpoint', id: 'y', source: { id: text } },
    ];
    const answer = await askSubgraph('service', graph.urls['service'] ?? '', query, { representations });
    expect(refusals(answer)).toEqual([['BAD_USER_INPUT', 'representations.1.source.id']]);
  });

  test.each(TEXTS)('in an argument of a subscription: %s', async (_what, text, literal) => {
    const client = gatewaySocket('touchpoints', graph.urls['touchpoints'] ?? '');
    const byVariable = client.iterate({
      query: 'subscription ($ids: [ID!]) { touchpointAdded(filter: { customerIds: $ids }) { cursor } }',
      variables: { ids: [text] },
    });
    await expect(byVariable.next()).rejects.toMatchObject(refused('filter.customerIds.0'));
    const byLiteral = client.iterate({
      query: `subscription { touchpointAdded(filter: { customerIds: ${literal} }) { cursor } }`,
    });
    await expect(byLiteral.next()).rejects.toMatchObject(refused('filter.customerIds'));
    await client.dispose();
  });
});
