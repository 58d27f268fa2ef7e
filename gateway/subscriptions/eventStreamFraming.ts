import type { Framing } from './Framing.js';

/**
 * An event stream: the distinct connections mode of graphql-sse.
 *
 * @see https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md
 */
export const eventStreamFraming: Framing = {
  contentType: 'text/event-stream; charset=utf-8',
  // Some browsers show nothing of a response that has only headers.
  opening: ':\n\n',
  heartbeat: ':\n\n',
  head: Buffer.from('event: next\ndata: '),
  tail: Buffer.from('\n\n'),
  failure: (errors) => `event: next\ndata: ${JSON.stringify({ errors })}\n\n`,
  ending: 'event: complete\ndata:\n\n',
};
