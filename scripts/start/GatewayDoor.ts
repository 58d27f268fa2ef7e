import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ERROR_CODES } from '../../schema/contract.js';
import { errorCode } from './errorCode.js';
import { errorMessage } from './errorMessage.js';
import { StartError } from './StartError.js';
import type { StartedProcess } from './startProcess.js';

/** The port of a process that was killed is free as soon as it is gone; a moment more for what the system cleans up later. */
const ATTEMPTS = 20;
const RETRY_MS = 25;

const MESSAGE = 'The gateway is starting; try again in a moment.';
const BODY = JSON.stringify({ errors: [{ message: MESSAGE, extensions: { code: ERROR_CODES.SERVICE_UNAVAILABLE } }] });

/** It needs nothing but itself, and asks again by itself. */
const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="1">
<title>Customer360 is starting</title>
<h1>Customer360 is starting</h1>
<p>This page opens what you asked for as soon as it is ready. What happens meanwhile is told in the terminal of <code>npm start</code>.</p>
</html>
`;

/**
 * The address of the gateway, which is never without a listener: while no gateway runs, who asks is answered 503 with `Retry-After`, a
 * browser with a page that opens again by itself. A gateway that is ready to answer is handed the very socket that listens, so nobody
 * is refused a connection in between. When a gateway dies, the socket dies with it; the door listens again within milliseconds.
 */
export class GatewayDoor {
  #server: Server | undefined;

  private constructor(
    readonly host: string,
    /** The one that was really taken. */
    readonly port: number,
    server: Server,
  ) {
    this.#server = server;
  }

  /**
   * Takes the address.
   *
   * @param port 0 takes any that is free
   * @throws StartError when it cannot be had
   */
  static async take(host: string, port: number): Promise<GatewayDoor> {
    const server = createStandIn();
    try {
      await listenOn(server, host, port);
    } catch (error) {
      const code = errorCode(error);
      const other = `choose another: npm start -- --port ${port < 65_535 ? port + 1 : 4000}`;
      if (code === 'EADDRINUSE') throw new StartError(`port ${port} is taken; stop what uses it, or ${other}`);
      if (code === 'EACCES') throw new StartError(`port ${port} may not be used by this account; ${other}`);
      throw new StartError(
        `cannot listen on ${host}: ${errorMessage(error)}; choose an address of this machine: npm start -- --host 127.0.0.1`,
      );
    }
    const address = server.address();
    return new GatewayDoor(host, typeof address === 'object' && address ? address.port : port, server);
  }

  /** Hands the socket to a process that asked for it; from then on that one answers. */
  async handTo(gateway: StartedProcess): Promise<void> {
    const server = this.#server;
    if (!server) throw new Error('only one process listens at the address of the gateway');
    await gateway.handListener(server);
    // Its process has the socket now; who was being answered here gets that answer.
    this.#server = undefined;
    server.close();
  }

  /**
   * Listens again, after the process that had the socket is gone.
   *
   * @throws StartError when somebody else took the port
   */
  async takeBack(): Promise<void> {
    if (this.#server) return;
    for (let attempt = 1; ; attempt++) {
      const server = createStandIn();
      try {
        await listenOn(server, this.host, this.port);
        this.#server = server;
        return;
      } catch (error) {
        if (errorCode(error) !== 'EADDRINUSE' || attempt === ATTEMPTS) {
          throw new StartError(
            `cannot listen on port ${this.port} again after the gateway ended: ${errorMessage(error)}; ` +
              'stop what uses it, then start again',
          );
        }
        await delay(RETRY_MS);
      }
    }
  }

  /** Lets the address go. */
  close(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
    this.#server = undefined;
  }
}

async function listenOn(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening');
  // What fails from here on is one connection.
  server.on('error', () => {});
}

function createStandIn(): Server {
  return createServer((request: IncomingMessage, response: ServerResponse) => {
    const isPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    response.writeHead(503, {
      'retry-after': '1',
      'cache-control': 'no-store',
      // The next request is for the gateway.
      connection: 'close',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'content-type': isPage ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
    });
    response.end(isPage ? PAGE : BODY);
  });
}
