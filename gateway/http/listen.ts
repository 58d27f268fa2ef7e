import { once } from 'node:events';
import type { Server } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { StartError } from '../errors/StartError.js';
import { errorCode } from '../errors/errorCode.js';

/** Brings a server that listens already, and whose connections are to be taken by the gateway. */
export type TakeListener = () => Promise<Server>;

/**
 * Starts to listen.
 *
 * @param port 0 takes a free one
 * @param takeListener where somebody else has the address, asked when the gateway could answer; nothing is opened then
 * @returns the origin under which people at this machine reach it: `http://127.0.0.1:4000`
 * @throws StartError when the address cannot be had
 */
export async function listen(
  app: FastifyInstance,
  host: string,
  port: number,
  takeListener?: TakeListener,
): Promise<string> {
  try {
    if (takeListener) await listenOn(app, takeListener);
    else await app.listen({ host, port });
  } catch (error) {
    throw new StartError(problem(error, host, port));
  }
  const address = app.server.address();
  const taken = typeof address === 'object' && address ? address.port : port;
  // Nobody can connect to a wildcard.
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${taken}`;
}

async function listenOn(app: FastifyInstance, takeListener: TakeListener): Promise<void> {
  await app.ready();
  // In the same turn of the event loop: what connects meanwhile is taken by whoever listens then.
  app.server.listen(await takeListener());
  await once(app.server, 'listening');
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
