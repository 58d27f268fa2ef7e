import { runSubgraphs } from '../kit/serve/runSubgraphs.js';
import { feedback } from './subgraph.js';

await runSubgraphs([feedback]);
