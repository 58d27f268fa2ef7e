import type { Framing } from './Framing.js';

/** A client reads a part when its end has come: so each part ends with the boundary that begins the next one. */
const BOUNDARY = '\r\n--graphql';
const HEAD = '\r\ncontent-type: application/json\r\n\r\n';

const part = (value: object): string => `${HEAD}${JSON.stringify(value)}${BOUNDARY}`;

/**
 * The multipart protocol of Apollo's clients. What ends a subscription that had begun is an error of the transport, `payload` null;
 * errors that are all an operation brings are its response.
 *
 * @see https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
 */
export const multipartFraming: Framing = {
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
  opening: BOUNDARY,
  heartbeat: part({}),
  head: Buffer.from(`${HEAD}{"payload":`),
  tail: Buffer.from(`}${BOUNDARY}`),
  failure: (errors, isResponse) => part(isResponse ? { payload: { errors } } : { payload: null, errors }),
  ending: '--\r\n',
};
