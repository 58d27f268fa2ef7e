/**
 * The code of a caught system or database error, such as `EADDRINUSE` or `42P04`; empty when it has none. Looks at the
 * shape: what Node throws is no `instanceof` the `Error` of another realm, and jest runs tests in one.
 */
export function errorCode(error: unknown): string {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : '';
}
