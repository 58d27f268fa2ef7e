import { runSubgraphs } from '../kit/serve/runSubgraphs.js';
import { marketing } from './subgraph.js';

await runSubgraphs([marketing]);
