import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';

/** What waits for the end of each connection: one listener a connection, however many requests are pipelined on it. */
const waiting = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls `act` exactly once when nothing more can be sent for a request: its response is finished, or its connection is gone, in whatever
 * state the request was. It is called at once when that is so already.
 *
 * The response alone does not tell: where requests are pipelined, Node gives a response its connection only when those before it are
 * finished, and when the connection dies before that, neither the response nor its request says anything.
 *
 * @param act told whether the whole response was sent
 */
export function whenOver({ raw: response, request }: FastifyReply, act: (isWhole: boolean) => void): void {
  const { socket } = request.raw;
  if (response.closed || socket.closed) {
    act(isSent(response, socket));
    return;
  }
  const acts = actsAtEnd(socket);
  const over = (): void => {
    if (!acts.delete(over)) return;
    response.off('close', over);
    act(isSent(response, socket));
  };
  acts.add(over);
  response.once('close', over);
}

function actsAtEnd(socket: Socket): Set<() => void> {
  const known = waiting.get(socket);
  if (known) return known;
  const acts = new Set<() => void>();
  waiting.set(socket, acts);
  socket.once('close', () => {
    for (const act of acts) act();
  });
  return acts;
}

/** A response counts as finished for Node also when its last bytes were thrown away with the connection. */
function isSent(response: ServerResponse, socket: Socket): boolean {
  return response.writableFinished && !(socket.destroyed && !socket.writableFinished);
}
