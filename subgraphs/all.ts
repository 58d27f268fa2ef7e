import type { SubgraphDefinition } from './kit/defineSubgraph.js';
import { identity } from './identity/subgraph.js';
import { sales } from './sales/subgraph.js';

/** Every subgraph of the product. identity comes first, because the others ask it. */
export const subgraphs: readonly SubgraphDefinition[] = [identity, sales];
