import { readSubgraphSettings } from './readSubgraphSettings.js';
import {
  DEFAULT_SUBGRAPH_SETTINGS,
  NO_SETTINGS,
  type SubgraphSettings,
  type SubgraphSettingsOf,
  returnsAnything,
} from './SubgraphSettings.js';

/** How subgraphs are spoken to, and what follows for all requests. */
export interface LoadedSettings {
  readonly of: SubgraphSettingsOf;
  /** Names of subgraphs that have settings of their own. */
  readonly names: readonly string[];
  /** Names of clients' headers that go on to any of them. */
  readonly headers: readonly string[];
  /** Whether anything of any subgraph's answers goes back beside data and errors. */
  readonly returnsParts: boolean;
}

/**
 * @param file see `readSubgraphSettings`; without it, all is as by default
 * @throws StartError
 */
export async function loadSubgraphSettings(file: string | undefined): Promise<LoadedSettings> {
  if (file === undefined) return { of: NO_SETTINGS, names: [], headers: [], returnsParts: false };
  const byName = await readSubgraphSettings(file);
  const all: readonly SubgraphSettings[] = [...byName.values()];
  const others = byName.get('*') ?? DEFAULT_SUBGRAPH_SETTINGS;
  return {
    of: (name) => byName.get(name) ?? others,
    names: [...byName.keys()].filter((name) => name !== '*'),
    headers: [...new Set(all.flatMap(({ headers }) => headers.forward))],
    returnsParts: all.some(returnsAnything),
  };
}
