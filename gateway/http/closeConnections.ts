import type { FastifyInstance } from 'fastify';

/**
 * Tells every client that is answered while the gateway stops that this was the last answer on its connection: else it would send the
 * next request just when the connection is closed.
 */
export function closeConnections(app: FastifyInstance, isStopping: () => boolean): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isStopping()) reply.header('connection', 'close');
    done(null, payload);
  });
}
