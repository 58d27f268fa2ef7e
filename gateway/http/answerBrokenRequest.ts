import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ERROR_CODES } from '../../schema/contract.js';
import { errorCode } from '../errors/errorCode.js';

/** What becomes of a request that is no HTTP, by Node's code. Anything else is 400. */
const STATUS: Readonly<Record<string, readonly [status: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not come whole in time.'],
  HPE_HEADER_OVERFLOW: [431, 'The headers are too long.'],
};

/**
 * Answers what never became a request, in the shape of our errors, and closes its connection. A connection over which nothing has come yet
 * stays open: load balancers open some before they need them, and the limit on silence ends those that nobody uses.
 */
export function answerBrokenRequest(error: Error, socket: Socket): void {
  const code = errorCode(error) ?? '';
  if (code === 'ECONNRESET' || socket.destroyed) return;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0) return;
  const [status, message] = STATUS[code] ?? [400, 'This is no HTTP request.'];
  const body = JSON.stringify({ errors: [{ message, extensions: { code: ERROR_CODES.BAD_REQUEST } }] });
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\n` +
        `content-length: ${body.length}\r\n\r\n${body}`,
    );
  }
  socket.destroy(error);
}
