import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * One thing that is done before an answer goes out. It may set the status and headers.
 *
 * @param payload the answer's text, or a stream, or bytes, or nothing
 * @returns what is sent instead
 */
export type BeforeSending = (request: FastifyRequest, reply: FastifyReply, payload: unknown) => unknown;

const LONG_TEXT = 4096;

/** Has all answers go through `steps`, in their order. It is the only place where answers are changed on their way out, but for their packing. */
export function beforeSending(app: FastifyInstance, steps: readonly BeforeSending[]): void {
  app.addHook('onSend', async (request, reply, payload) => {
    let sent = payload;
    for (const step of steps) sent = step(request, reply, sent);
    // A long text is put together from pieces: made bytes once, it is neither measured nor copied again on its way out.
    return typeof sent === 'string' && sent.length > LONG_TEXT ? Buffer.from(sent) : sent;
  });
}
