import type { SubgraphSettings } from './SubgraphSettings.js';

/**
 * The headers that a subgraph gets because it is configured so.
 *
 * @param forwarded headers of the client's request, by their names in lower case
 */
export function configuredHeaders(
  { headers: { forward, set } }: SubgraphSettings,
  forwarded: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  if (!forwarded || forward.length === 0) return set;
  const passed: Record<string, string> = {};
  for (const name of forward) {
    const value = forwarded[name];
    if (value !== undefined) passed[name] = value;
  }
  return { ...passed, ...set };
}
