import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Listens on the port for a moment and lets it go.
 *
 * @param port 0 takes any that is free.
 * @returns the port that was listened on.
 * @throws the system's error (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`, `ENOTFOUND`) when that cannot be.
 */
export async function tryPort(port: number, host: string): Promise<number> {
  const server = createServer();
  server.listen({ port, host, exclusive: true });
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : port;
}
