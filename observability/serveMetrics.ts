import { BlockList } from 'node:net';
import { type FastifyInstance, fastify } from 'fastify';
import type { Registry } from 'prom-client';
import { processMetrics } from './processMetrics.js';

/** Where metrics are served in the text format of Prometheus. */
const METRICS_PATH = '/metrics';

/** Who may read metrics, and where. */
export interface MetricsSettings {
  /**
   * A port of their own, read by whoever reaches it; 0 takes a free one. Without it they are at the server's own port, for this
   * machine only.
   */
  readonly port?: number | undefined;
}

/** What is served. */
export interface MetricsSource {
  readonly registry: Registry;
  /** Called before the registry is read. */
  refresh?(): Promise<void>;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');
LOOPBACK.addSubnet('::ffff:127.0.0.0', 104, 'ipv6');

/** A proxy on this machine adds these; then the one who asks is somewhere else. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'] as const;

/**
 * Serves metrics of one server and of the process. Call it before the server listens.
 *
 * @param app the server
 * @param host the address that a port of their own is bound to
 * @returns `url` when they have a port of their own
 * @throws when that port cannot be had
 */
export async function serveMetrics(
  app: FastifyInstance,
  source: MetricsSource,
  { port }: MetricsSettings,
  host: string,
): Promise<{ readonly url: string | undefined; stop(): Promise<void> }> {
  const ofProcess = processMetrics();
  const { registry } = source;
  const text = async (): Promise<string> => {
    await source.refresh?.();
    return `${await registry.metrics()}${await ofProcess.metrics()}`;
  };
  if (port === undefined) {
    app.get(METRICS_PATH, async (request, reply) => {
      const forwarded = FORWARDED.some((name) => request.headers[name] !== undefined);
      if (forwarded || !isLoopback(request.raw.socket.remoteAddress)) return reply.callNotFound();
      return reply.type(registry.contentType).send(await text());
    });
    return { url: undefined, stop: async () => undefined };
  }
  const own = fastify({ logger: false, forceCloseConnections: true });
  // A connection that cannot be accepted is one reading less. Whoever listens in vain is told by `listen`.
  own.server.on('error', () => undefined);
  own.get(METRICS_PATH, async (_request, reply) => reply.type(registry.contentType).send(await text()));
  const origin = await own.listen({ host, port });
  return { url: origin + METRICS_PATH, stop: () => own.close() };
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && LOOPBACK.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}
