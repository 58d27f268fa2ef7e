import type { Generation } from '../supergraph/Generation.js';
import type { SubgraphSettingsOf } from '../upstream/SubgraphSettings.js';
import type { SubscriptionGraph } from './Subscriptions.js';
import { locateEvents } from './locateEvents.js';

/**
 * A generation as subscriptions run on it.
 *
 * @param overrides addresses by the name of the variable: see `locateEvents`
 * @param settings how each subgraph is spoken to
 */
export function subscriptionGraph(
  generation: Generation,
  overrides: Readonly<Record<string, string>>,
  settings: SubgraphSettingsOf,
): SubscriptionGraph {
  const { clients, documents, engine, supergraph } = generation;
  const subgraphs = [...clients].map(([name, { options }]) => ({ name, url: options.url }));
  return {
    documents,
    engine,
    lease: () => generation.lease(),
    supergraphSdl: supergraph.sdl,
    eventUrls: locateEvents(subgraphs, overrides, settings),
  };
}
