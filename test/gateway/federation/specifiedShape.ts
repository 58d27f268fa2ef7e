import { type GraphQLSchema, Kind, execute, parse, print, visit } from 'graphql';
import type { Operation } from './stockGateway.js';

const TYPE = 'type_of_it';

/** The same operation that also asks every object for its type, as its last field. */
export function askingForTypes({ query, ...rest }: Operation): Operation {
  const document = visit(parse(query, { noLocation: true }), {
    SelectionSet: {
      leave: (node) => ({
        ...node,
        selections: [
          ...node.selections,
          {
            kind: Kind.FIELD,
            alias: { kind: Kind.NAME, value: TYPE },
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
