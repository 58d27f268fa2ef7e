import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import { declineTelemetry } from '../../../gateway/apollo/declineTelemetry.js';
import { SubgraphFailure } from '../../../gateway/upstream/SubgraphFailure.js';
import type { AnsweringSubgraph } from './answeringSubgraph.js';

/** What is asked of a gateway. */
export interface Operation {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

/** A gateway's answer, as plain JSON. */
export interface GatewayAnswer {
  /** Undefined when the request was refused. */
  readonly data?: unknown;
  readonly errors: readonly GraphQLFormattedError[];
}

export interface StockGateway {
  /**
   * What the stock gateway answers. What it found wrong in completing the answer it tells as an extension, and only when no subgraph had
   * an error; here that is among the errors, as the GraphQL specification wants it:
   * https://spec.graphql.org/October2021/#sec-Handling-Field-Errors
   */
  ask(operation: Operation): Promise<GatewayAnswer>;
  stop(): Promise<void>;
}

/** Apollo's own gateway over subgraphs in this process: the oracle. */
export async function startStockGateway(
  supergraphSdl: string,
  subgraphs: ReadonlyMap<string, AnsweringSubgraph>,
): Promise<StockGateway> {
  declineTelemetry();
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const server = new ApolloServer({
    gateway: new ApolloGateway({
      supergraphSdl,
      logger: silent,
      buildService: ({ name }) => localSource(subgraphs.get(name)),
    }),
    logger: silent,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
  });
  await server.start();
  return {
    async ask({ query, variables, operationName }) {
      const { body } = await server.executeOperation({
        query,
        variables: { ...variables },
        ...(operationName && { operationName }),
      });
      if (body.kind !== 'single') throw new Error('the stock gateway answers in one piece');
      const { data, errors = [], extensions }: StockResult = JSON.parse(JSON.stringify(body.singleResult));
      return { data, errors: [...errors, ...(extensions?.valueCompletion ?? [])] };
    },
    stop: () => server.stop(),
  };
}

interface StockResult {
  readonly data?: unknown;
  readonly errors?: GraphQLFormattedError[];
  readonly extensions?: { readonly valueCompletion?: GraphQLFormattedError[] };
}

function localSource(subgraph: AnsweringSubgraph | undefined): GraphQLDataSource {
  if (!subgraph) throw new Error('the supergraph names a subgraph that is not there');
  return {
    async process({ request: { query = '', variables, operationName } }) {
      try {
        const { data, errors } = await subgraph.ask({ query, variables, operationName });
        return { ...(data !== undefined && { data }), ...(errors && { errors: [...errors] }) };
      } catch (error) {
        if (!(error instanceof SubgraphFailure)) throw error;
        return { errors: [{ message: error.message, extensions: { code: 'SERVICE_UNAVAILABLE' } }] };
      }
    },
  };
}
