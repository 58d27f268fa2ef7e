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
  expect(comparable(spoken)).toEqual(comparable(stock.errors));
}

function isOfSubgraph({ extensions }: GraphQLFormattedError): boolean {
  return extensions?.['serviceName'] !== undefined;
}

function comparable(errors: readonly GraphQLFormattedError[]): string[] {
  return errors
    .map(({ message, path, extensions }) =>
      JSON.stringify(
        extensions?.['serviceName']
          ? [path && cut(path), message, extensions['code'], extensions['serviceName']]
          : [path, 'could not be completed'],
      ),
    )
    .sort();
}

/** The stock gateway leaves "@" in the path of an error that it cannot place in a list; what it means is the list. */
function cut(path: readonly (string | number)[]): readonly (string | number)[] {
  const each = path.findIndex((key) => key === '@' || key === '_entities');
  return each === -1 ? path : path.slice(0, each);
}
