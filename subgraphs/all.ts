import type { SubgraphDefinition } from './kit/serve/defineSubgraph.js';
import { feedback } from './feedback/subgraph.js';
import { identity } from './identity/subgraph.js';
import { marketing } from './marketing/subgraph.js';
import { sales } from './sales/subgraph.js';
import { service } from './service/subgraph.js';
import { touchpoints } from './touchpoints/subgraph.js';

/** Every subgraph of the product. identity comes first, because the others ask it. */
export const subgraphs: readonly SubgraphDefinition[] = [identity, touchpoints, sales, service, marketing, feedback];
