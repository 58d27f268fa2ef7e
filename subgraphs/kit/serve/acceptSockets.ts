import { CloseCode, handleProtocols, makeServer, type ServerOptions } from 'graphql-ws';
import type { Logger } from 'pino';
import type { WebSocket, WebSocketServer } from 'ws';

/** How long a connection may be silent before its other end is asked whether it is there; it has as long to answer. */
const PING_MS = 12_000;

/**
 * Speaks graphql-transport-ws over the WebSockets of a server. It does what graphql-ws's own adapter does, but for what goes wrong: that one
 * writes it to the console and tells it to whoever is at the other end.
 */
export function acceptSockets(options: ServerOptions, acceptor: WebSocketServer, log: Logger): void {
  const protocol = makeServer(options);
  acceptor.options.handleProtocols = handleProtocols;
  acceptor.on('connection', (socket, request) => {
    // A frame that breaks the rules: the close that says so goes out by itself.
    socket.on('error', ({ message }) => log.debug({ reason: message }, 'a WebSocket broke the rules'));
    const stopPinging = pingRegularly(socket);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) => send(socket, data),
        close: (code, reason) => socket.close(code, reason),
        onMessage(read) {
          socket.on('message', (data: Buffer) => {
            read(data.toString()).catch((error: unknown) => closeFor(socket, error, log));
          });
        },
      },
      { socket, request },
    );
    socket.once('close', (code, reason) => {
      stopPinging();
      void closed(code, reason.toString());
    });
  });
}

/** graphql-ws throws at messages that only servers send; anything else that it throws is a mistake of ours. */
function closeFor(socket: WebSocket, error: unknown, log: Logger): void {
  if (error instanceof Error && error.message.startsWith('Unexpected message of type')) {
    socket.close(CloseCode.BadRequest, 'Invalid message received');
    return;
  }
  log.error({ err: error }, 'a WebSocket failed');
  socket.close(CloseCode.InternalServerError, 'Internal server error');
}

function send(socket: WebSocket, data: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.readyState === socket.OPEN) socket.send(data, (error) => (error ? reject(error) : resolve()));
    else resolve();
  });
}

function pingRegularly(socket: WebSocket): () => void {
  let isThere = true;
  socket.on('pong', () => {
    isThere = true;
  });
  const timer = setInterval(() => {
    if (!isThere) {
      socket.terminate();
      return;
    }
    isThere = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, PING_MS);
  return () => clearInterval(timer);
}
