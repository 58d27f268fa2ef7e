import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  execute,
  parse,
  print,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import { settleConditions } from '../../../gateway/engine/settleConditions.js';
import type { Operation } from './stockGateway.js';

const TYPE = 'type_of_it';

/**
 * The same operation that also asks every object for its type, as its last field.
 *
 * @param alias under which it asks
 */
export function askingForTypes({ query, ...rest }: Operation, alias: string = TYPE): Operation {
  const document = visit(parse(query, { noLocation: true }), {
    SelectionSet: {
      leave: (node) => ({
        ...node,
        selections: [
          ...node.selections,
          {
            kind: Kind.FIELD,
            alias: { kind: Kind.NAME, value: alias },
            name: { kind: Kind.NAME, value: '__typename' },
          },
        ],
      }),
    },
  });
  return { ...rest, query: print(document) };
}

/**
 * An answer as the reference implementation of GraphQL would write it: with its keys in the order that the specification demands
 * (the stock gateway has another where fragments are involved), with nothing too much and nothing missing.
 *
 * @param operation made by `askingForTypes`
 */
export async function specifiedShape(schema: GraphQLSchema, operation: Operation, data: unknown): Promise<unknown> {
  const result = await execute({
    schema,
    document: parse(operation.query),
    rootValue: data,
    variableValues: { ...operation.variables },
    fieldResolver: (source: Record<string, unknown>, _given, _context, { path }) => source[path.key],
    typeResolver: (source: Record<string, unknown>) => String(source[TYPE]),
  });
  return result.data;
}

/** The data of an answer to such an operation without the types. */
export function withoutTypes(data: unknown): unknown {
  const text = JSON.stringify(data, (key, value: unknown) => (key === TYPE ? undefined : value));
  return text === undefined ? undefined : JSON.parse(text);
}

/**
 * The same operation with its keys in the response exchanged for others, and its data with them.
 *
 * @param exchange a function that gives different keys for different keys
 */
export function exchangingKeys({ query, ...rest }: Operation, exchange: (key: string) => string): Operation {
  const document = visit(parse(query, { noLocation: true }), {
    Field: {
      leave: (field) => ({
        ...field,
        alias: { kind: Kind.NAME, value: exchange((field.alias ?? field.name).value) },
      }),
    },
  });
  return { ...rest, query: print(document) };
}

/** Data with its keys exchanged. */
export function exchangedKeys(data: unknown, exchange: (key: string) => string): unknown {
  if (Array.isArray(data)) return data.map((element) => exchangedKeys(element, exchange));
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [exchange(key), exchangedKeys(value, exchange)]),
  );
}

/** The same operation with its `@skip` and `@include` carried out, and without the fragments and variables that nothing uses then. */
export function withoutConditions({ query, variables = {}, ...rest }: Operation): Operation {
  const document = parse(query, { noLocation: true });
  const defaults = new Map<string, unknown>();
  visit(document, {
    VariableDefinition({ variable, defaultValue }) {
      if (defaultValue) defaults.set(variable.name.value, valueFromASTUntyped(defaultValue));
    },
  });
  let left = settleConditions(document, (name) => (variables[name] ?? defaults.get(name)) === true);
  for (let used = -1; used !== left.definitions.length;) {
    used = left.definitions.length;
    const spread = namesIn(left, Kind.FRAGMENT_SPREAD);
    const definitions = left.definitions.filter(
      (definition) => definition.kind !== Kind.FRAGMENT_DEFINITION || spread.has(definition.name.value),
    );
    left = { ...left, definitions };
  }
  const named = namesIn(visit(left, { VariableDefinition: () => null }), Kind.VARIABLE);
  left = visit(left, {
    VariableDefinition: ({ variable }) => (named.has(variable.name.value) ? undefined : null),
  });
  const given = Object.fromEntries(Object.entries(variables).filter(([name]) => named.has(name)));
  return { ...rest, query: print(left), variables: given };
}

function namesIn(document: DocumentNode, kind: Kind.FRAGMENT_SPREAD | Kind.VARIABLE): Set<string> {
  const names = new Set<string>();
  visit(document, {
    enter(node) {
      if (node.kind === kind && 'name' in node && node.name?.kind === Kind.NAME) names.add(node.name.value);
    },
  });
  return names;
}
