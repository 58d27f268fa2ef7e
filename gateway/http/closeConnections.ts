import type { BeforeSending } from './beforeSending.js';

/**
 * Tells every client that is answered while the gateway stops that this was the last answer on its connection: else it would send the
 * next request just when the connection is closed.
 */
export function closeConnections(isStopping: () => boolean): BeforeSending {
  return (_request, reply, payload) => {
    if (isStopping()) reply.header('connection', 'close');
    return payload;
  };
}
