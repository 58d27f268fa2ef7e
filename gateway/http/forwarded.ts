/**
 * What the outermost trusted proxy says in a header to which each proxy adds a value: the one as many places from the end as there are
 * proxies, or the first where there are fewer, as proxies that write the header anew make it.
 *
 * @returns undefined when there is nothing, or no proxy to be believed
 */
export function forwarded(header: string | readonly string[] | undefined, trustedProxies: number): string | undefined {
  if (trustedProxies === 0 || header === undefined) return undefined;
  const values = String(header)
    .split(',')
    .flatMap((value) => value.trim() || []);
  return values[Math.max(0, values.length - trustedProxies)];
}
