import { runSubgraphs } from '../kit/runSubgraphs.js';
import { touchpoints } from './subgraph.js';

await runSubgraphs([touchpoints]);
