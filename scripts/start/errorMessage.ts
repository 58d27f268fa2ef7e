/** What a caught value has to say, on one line. Looks at the shape, as `errorCode` does. */
export function errorMessage(error: unknown): string {
  const hasMessage = typeof error === 'object' && error !== null && 'message' in error;
  return String(hasMessage ? error.message : error).replaceAll(/\s*\n\s*/g, ' ');
}
