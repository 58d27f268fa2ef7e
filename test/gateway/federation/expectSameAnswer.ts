import type { GraphQLFormattedError } from 'graphql';
import type { GatewayAnswer } from './stockGateway.js';

/**
 * Expects our answer to be the stock gateway's: the same data, and the same errors in any order. What is
 * wrong in completing an answer each says in its own words and with its own code; the place is the same. When a subgraph had an error, the stock gateway keeps silent about what it found wrong in completing the answer, so then only
 * subgraphs' errors are compared.
 */
export function expectSameAnswer(ours: GatewayAnswer, stock: GatewayAnswer): void {
  expect(ours.data).toEqual(stock.data);
  const spoken = stock.errors.some(isOfSubgraph) ? ours.errors.filter(isOfSubgraph) : ours.errors;
  expect(comparable(ours, spoken)).toEqual(comparable(stock, stock.errors));
}

function isOfSubgraph({ extensions }: GraphQLFormattedError): boolean {
  return extensions?.['serviceName'] !== undefined;
}

function comparable({ data }: GatewayAnswer, errors: readonly GraphQLFormattedError[]): string[] {
  const told = errors.map(({ message, path = [], extensions }) => {
    const place = cut(path);
    const lost = nullAbove(data, place);
    // Which of several fields took their object with them hangs on the order in which a subgraph came to them.
    if (lost) return JSON.stringify([lost, 'was taken by something below']);
    return JSON.stringify(
      extensions?.['serviceName']
        ? [place, message, extensions['code'], extensions['serviceName']]
        : [place, 'could not be completed'],
    );
  });
  return [...new Set(told)].sort();
}

/** The null in the data above a place, if there is one. */
function nullAbove(data: unknown, path: readonly (string | number)[]): readonly (string | number)[] | undefined {
  let value = data;
  for (const [index, key] of path.entries()) {
    if (value === null) return path.slice(0, index);
    value = typeof value === 'object' ? Reflect.get(value, key) : undefined;
    if (value === undefined) return undefined;
  }
  return undefined;
}

/** The stock gateway leaves "@" in the path of an error that it cannot place in a list; what it means is the list. */
function cut(path: readonly (string | number)[]): readonly (string | number)[] {
  const each = path.findIndex((key) => key === '@' || key === '_entities');
  return each === -1 ? path : path.slice(0, each);
}
