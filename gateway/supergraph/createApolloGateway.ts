import { ApolloGateway } from '@apollo/gateway';
import type { GraphQLSchema } from 'graphql';
import type { LibraryLogger } from '../../observability/scrubbingLogger.js';
import { declineApolloTelemetry } from '../config.js';
import { apolloExecutor } from '../engine/apolloExecutor.js';
import type { ServedSupergraph, SupergraphLifecycle } from './SupergraphLifecycle.js';
import { apolloSupergraph } from './apolloSupergraph.js';

/**
 * Makes Apollo's gateway: it validates each supergraph and tells Apollo Server of it. Operations are run by our engine, each by that
 * of the supergraph by which it was validated.
 *
 * @returns `servedBy` is the supergraph whose schema Apollo Server knows as this one. `serve` makes the next requests see a supergraph; it throws when Apollo's gateway refuses it
 */
export function createApolloGateway(
  lifecycle: SupergraphLifecycle,
  logger: LibraryLogger,
): {
  gateway: ApolloGateway;
  servedBy: (apiSchema: GraphQLSchema) => ServedSupergraph;
  serve: (next: ServedSupergraph) => void;
} {
  declineApolloTelemetry();
  const known = new WeakMap<GraphQLSchema, ServedSupergraph>();
  let { served } = lifecycle;
  let update: (supergraphSdl: string) => void;
  const gateway = new ApolloGateway({
    supergraphSdl: async (apollo) => {
      update = apollo.update;
      return { supergraphSdl: apolloSupergraph(lifecycle.served.sdl) };
    },
    validateSupergraph: true,
    __exposeQueryPlanExperimental: false,
    logger,
  });
  gateway.onSchemaLoadOrUpdate(({ apiSchema }) => void known.set(apiSchema, served));

  const servedBy = (apiSchema: GraphQLSchema): ServedSupergraph => {
    const found = known.get(apiSchema);
    if (!found) throw new Error('there is no engine for this schema');
    return found;
  };
  const execute = apolloExecutor((apiSchema) => servedBy(apiSchema).engine);
  // Apollo Server reads it once, when it starts.
  gateway.executor = async (request) => {
    const end = lifecycle.inFlight.begin();
    return execute(request).finally(end);
  };
  return {
    gateway,
    servedBy,
    serve(next) {
      served = next;
      update(apolloSupergraph(next.sdl));
    },
  };
}
