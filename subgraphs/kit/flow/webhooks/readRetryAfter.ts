/**
 * What a `Retry-After` header says: seconds, or a date.
 * @returns in how many milliseconds from now, not below 0; undefined when it says nothing that can be understood
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function readRetryAfter(header: unknown): number | undefined {
  if (typeof header !== 'string') return undefined;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // Every form of date there begins with the name of the day; `Date` would also make one of "-5".
  const at = /^[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
