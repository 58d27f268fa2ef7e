import { runSubgraphs } from '../kit/runSubgraphs.js';
import { feedback } from './subgraph.js';

await runSubgraphs([feedback]);
