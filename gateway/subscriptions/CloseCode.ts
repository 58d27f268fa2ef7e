/**
 * The codes with which this gateway closes a WebSocket, beside those of the protocol (`CloseCode` of graphql-ws). A client may come
 * back after each of them.
 */
export const CLOSE_CODES = {
  /** The gateway stops; another may be there. */
  goingAway: 1001,
  /** Who asks cannot be found out now; it may be possible in a moment. */
  tryAgainLater: 1013,
  /** Nothing ran on the connection for a long time. */
  idle: 4410,
  /** The client goes on asking though it was told that it asks too often. */
  tooOften: 4420,
  /** The client reads more slowly than its answers come; what it has not read is lost. */
  tooSlow: 4413,
  /** The gateway has as many connections as it takes. */
  full: 4503,
} as const;
