import { StartError } from '../errors/StartError.js';
import { NO_SETTINGS, type SubgraphSettingsOf } from '../upstream/SubgraphSettings.js';
import type { Subgraph } from '../supergraph/subgraphsOf.js';

/**
 * Decides where each subgraph is subscribed to. Where it takes WebSockets: `<NAME>_WS_URL` where it is set, else the subgraph's own address
 * with `ws` for `http`; where it offers event streams: its own address.
 *
 * @param subgraphs with the addresses where they really are
 * @param overrides addresses by the name of the variable: `ORDER_HISTORY_WS_URL` for `order-history`
 * @throws StartError that names every variable that is not a WebSocket address
 */
export function locateEvents(
  subgraphs: readonly Subgraph[],
  overrides: Readonly<Record<string, string>>,
  settings: SubgraphSettingsOf = NO_SETTINGS,
): ReadonlyMap<string, string> {
  const problems: string[] = [];
  const located = new Map<string, string>();
  for (const { name, url } of subgraphs) {
    if (settings(name).subscriptions === 'sse') {
      located.set(name, url);
      continue;
    }
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
