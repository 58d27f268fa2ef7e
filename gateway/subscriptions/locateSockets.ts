import { StartError } from '../errors/StartError.js';
import type { Subgraph } from '../supergraph/subgraphsOf.js';

/**
 * Decides where each subgraph takes WebSockets: `<NAME>_WS_URL` where it is set, else the subgraph's own address with `ws` for
 * `http`.
 *
 * @param subgraphs with the addresses where they really are
 * @param overrides addresses by the name of the variable: `ORDER_HISTORY_WS_URL` for `order-history`
 * @throws StartError that names every variable that is not a WebSocket address
 */
export function locateSockets(
  subgraphs: readonly Subgraph[],
  overrides: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const problems: string[] = [];
  const located = new Map<string, string>();
  for (const { name, url } of subgraphs) {
    const variable = `${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_WS_URL`;
    const override = overrides[variable];
    // The value is not repeated: it may hold a password.
    if (override !== undefined && !isSocketAddress(override)) problems.push(`${variable} must be a ws or wss address`);
    located.set(name, override ?? url.replace(/^http/, 'ws'));
  }
  if (problems.length > 0) throw new StartError(`${problems.join('; ')}.`);
  return located;
}

function isSocketAddress(text: string): boolean {
  return URL.canParse(text) && /^wss?:$/.test(new URL(text).protocol) && !new URL(text).hash;
}
