import { type GraphQLSchema, Kind, execute, parse, print, visit } from 'graphql';
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
