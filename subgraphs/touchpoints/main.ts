import { runSubgraphs } from '../kit/serve/runSubgraphs.js';
import { touchpoints } from './subgraph.js';

await runSubgraphs([touchpoints]);
