import type { FastifyInstance } from 'fastify';
import type { ServedSupergraph } from '../supergraph/SupergraphLifecycle.js';
import type { SubgraphProbe } from '../upstream/SubgraphProbe.js';

export const HEALTH_PATHS = { live: '/health/live', ready: '/health/ready' } as const;

/**
 * Two questions that an orchestrator asks.
 *
 * - `live`: does the process run? 200 as long as it does; if not, restart it.
 * - `ready`: should it get requests? It answers what it can with any subgraph down, so it is `ready` when all subgraphs answer
 *   and `degraded` when some do, both with 200; with 503 it is `down` when none does, or `stopping`. A subgraph that answers at all,
 *   even with GraphQL errors, is up. It also tells which supergraph serves, by the digest of its file, and since when.
 *
 * @param served the supergraph that serves when it is asked
 * @param isStopping whether the gateway was told to stop
 */
export function healthRoutes(
  app: FastifyInstance,
  probe: SubgraphProbe,
  served: () => ServedSupergraph,
  isStopping: () => boolean,
): void {
  app.get(HEALTH_PATHS.live, async () => ({ status: 'live' }));

  app.get(HEALTH_PATHS.ready, async (_request, reply) => {
    if (isStopping()) return reply.code(503).send({ status: 'stopping', subgraphs: [] });
    const subgraphs = await probe.check();
    const up = subgraphs.filter(({ status }) => status === 'up').length;
    const status = up === 0 ? 'down' : up < subgraphs.length ? 'degraded' : 'ready';
    const { digest, since } = served();
    return reply.code(up === 0 ? 503 : 200).send({ status, supergraph: { digest, since }, subgraphs });
  });
}
