import type { FastifyInstance } from 'fastify';
import { isLocalRequest } from './isLocalRequest.js';
import type { Generation } from '../supergraph/Generation.js';
import type { SubgraphHealth, SubgraphProbe } from '../upstream/SubgraphProbe.js';

export const HEALTH_PATHS = { live: '/health/live', ready: '/health/ready' } as const;

/**
 * Two questions that an orchestrator asks.
 *
 * - `live`: does the process run? 200 as long as it does; if not, restart it.
 * - `ready`: should it get requests? It answers what it can with any subgraph down, so it is `ready` when all subgraphs answer
 *   and `degraded` when some do, both with 200: `lost` names those that are down and `slow` those that can be reached and did not answer in
 *   time. Taking every gateway away because marketing is down would cost more than marketing, and because all are slow it would make
 *   them slower. With 503 it is `down` when none can be reached, or `stopping`. A subgraph that answers at all, even with GraphQL errors, is
 *   up. It also tells which supergraph serves, by the digest of its text, since when, and whether that is the file or its last
 *   good copy. Where subgraphs are is told to programs at this machine only.
 *
 * @param served the supergraph that serves when it is asked
 * @param isStopping whether the gateway was told to stop
 */
export function healthRoutes(
  app: FastifyInstance,
  probe: SubgraphProbe,
  served: () => Generation,
  isStopping: () => boolean,
): void {
  app.get(HEALTH_PATHS.live, async () => ({ status: 'live' }));

  app.get(HEALTH_PATHS.ready, async (request, reply) => {
    if (isStopping()) return reply.code(503).send({ status: 'stopping', subgraphs: [] });
    const health = await probe.check();
    const named = (wanted: SubgraphHealth['status']): string[] =>
      health.filter(({ status }) => status === wanted).map(({ name }) => name);
    const lost = named('down');
    const slow = named('slow');
    const down = lost.length === health.length;
    const status = down ? 'down' : lost.length + slow.length > 0 ? 'degraded' : 'ready';
    const subgraphs = isLocalRequest(request.raw) ? health : health.map(({ url: _url, ...told }) => told);
    const { since, source, supergraph } = served();
    const { digest } = supergraph;
    return reply.code(down ? 503 : 200).send({ status, lost, slow, supergraph: { digest, since, source }, subgraphs });
  });
}
