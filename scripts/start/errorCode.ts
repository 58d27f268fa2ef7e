/** The code of a caught system or database error, such as `EADDRINUSE` or `42P04`; empty when it has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
