import { connect } from 'node:net';

/** What a server did with bytes that were sent to it. */
export interface Exchange {
  /** Everything that it sent until it closed the connection. */
  readonly received: Buffer;
}

/** A server that says nothing for so long hangs. */
const LIMIT_MS = 15_000;

/** A server that says nothing for so long is told that nothing more comes; it may be waiting for that. */
const PATIENCE_MS = 50;

/**
 * Sends bytes over a connection of their own, says that nothing more comes once the server answers or waits, and waits until it closes.
 * A stream of events is not waited for to its end.
 *
 * @throws when the server neither answers nor closes
 */
export function exchangeBytes(port: number, bytes: Buffer): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(bytes));
    const patience = setTimeout(() => socket.end(), PATIENCE_MS);
    const limit = setTimeout(() => {
      socket.destroy();
      const shown = JSON.stringify(bytes.toString('latin1').slice(0, 2_000));
      reject(new Error(`nothing came back and the connection stayed open, for ${shown}`));
    }, LIMIT_MS);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      socket.end();
      if (chunk.includes('text/event-stream')) socket.destroy();
    });
    // The server may close while we still write: a reset is an answer, too.
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      clearTimeout(limit);
      clearTimeout(patience);
      resolve({ received: Buffer.concat(chunks) });
    });
  });
}
