/**
 * The `code` of an error of Node's or of a library's, such as `ECONNREFUSED`; undefined when it has none. It asks nothing
 * about the class, because such an error may come from another realm.
 */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
