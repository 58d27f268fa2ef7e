import type { FastifyInstance } from 'fastify';
import { type MetricsSettings, type MetricsSource, serveMetrics } from '../../observability/serveMetrics.js';
import { StartError } from '../errors/StartError.js';

/**
 * Serves the gateway's metrics, see `serveMetrics`.
 *
 * @throws StartError when their port cannot be had
 */
export async function openMetrics(
  app: FastifyInstance,
  source: MetricsSource,
  settings: MetricsSettings,
  host: string,
): ReturnType<typeof serveMetrics> {
  try {
    return await serveMetrics(app, source, settings, host);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`metrics cannot have port ${settings.port}: ${reason}. Choose another with --metrics-port.`);
  }
}
