import { ApolloGateway } from '@apollo/gateway';
import { apolloSupergraph } from './apolloSupergraph.js';
import { declineTelemetry } from './declineTelemetry.js';

/** What is wrong is thrown. */
const quiet = (): void => undefined;

/**
 * Loads a supergraph with Apollo's gateway, which validates it; plans are made and run by ours. It takes about a second of CPU: call it in the
 * planner's thread.
 *
 * @throws when Apollo's gateway refuses it
 */
export async function loadWithApollo(supergraphSdl: string): Promise<void> {
  declineTelemetry();
  const gateway = new ApolloGateway({
    supergraphSdl: apolloSupergraph(supergraphSdl),
    validateSupergraph: true,
    __exposeQueryPlanExperimental: false,
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  await gateway.load();
  await gateway.stop();
}
