import { runSubgraphs } from '../kit/runSubgraphs.js';
import { marketing } from './subgraph.js';

await runSubgraphs([marketing]);
