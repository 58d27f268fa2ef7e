import type { FastifyInstance } from 'fastify';
import type { ServedSupergraph } from '../supergraph/SupergraphLifecycle.js';
import type { SubgraphProbe } from '../upstream/SubgraphProbe.js';

export const HEALTH_PATHS = { live: '/health/live', ready: '/health/ready' } as const;

/**
 * Two questions that an orchestrator asks.
 *
 * - `live`: does the process run? 200 as long as it does; if not, restart it.
 * - `ready`: should it get requests? It answers what it can with any subgraph down, so it is `ready` when all subgraphs answer
 *   and `degraded` when some do, both with 200, and `lost` names the others: taking every gateway away because marketing is down
 *   would cost more than marketing. With 503 it is `down` when none answers, or `stopping`. A subgraph that answers at all, even with GraphQL
 *   errors, is up. It also tells which supergraph serves, by the digest of its text, since when, and whether that is the file or
 *   its last good copy.
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
    const lost = subgraphs.filter(({ status }) => status === 'down').map(({ name }) => name);
    const down = lost.length === subgraphs.length;
    const status = down ? 'down' : lost.length > 0 ? 'degraded' : 'ready';
    const { digest, since, source } = served();
    return reply.code(down ? 503 : 200).send({ status, lost, supergraph: { digest, since, source }, subgraphs });
  });
}
