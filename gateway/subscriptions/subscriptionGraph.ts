import type { Generation } from '../supergraph/Generation.js';
import type { SubscriptionGraph } from './Subscriptions.js';
import { locateSockets } from './locateSockets.js';

/**
 * A generation as subscriptions run on it.
 *
 * @param overrides addresses by the name of the variable: see `locateSockets`
 */
export function subscriptionGraph(
  generation: Generation,
  overrides: Readonly<Record<string, string>>,
): SubscriptionGraph {
  const { clients, documents, engine, supergraph } = generation;
  const subgraphs = [...clients].map(([name, { options }]) => ({ name, url: options.url }));
  return {
    documents,
    engine,
    lease: () => generation.lease(),
    supergraphSdl: supergraph.sdl,
    socketUrls: locateSockets(subgraphs, overrides),
  };
}
