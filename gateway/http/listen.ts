import type { FastifyInstance } from 'fastify';
import { StartError } from '../errors/StartError.js';
import { errorCode } from '../errors/errorCode.js';

/**
 * Starts to listen.
 *
 * @param port 0 takes a free one
 * @returns the origin under which people at this machine reach it: `http://127.0.0.1:4000`
 * @throws StartError when the address cannot be had
 */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw new StartError(problem(error, host, port));
  }
  const address = app.server.address();
  const taken = typeof address === 'object' && address ? address.port : port;
  // Nobody can connect to a wildcard.
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${taken}`;
}

function problem(error: unknown, host: string, port: number): string {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return `port ${port} is taken. Stop what listens there, or choose another with --port.`;
    case 'EACCES':
      return `port ${port} needs more rights than this user has. Choose one above 1023 with --port.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `this machine has no address "${host}". Choose another with --host.`;
    default:
      return `cannot listen on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}.`;
  }
}
