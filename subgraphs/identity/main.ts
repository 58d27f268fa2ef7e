import { runSubgraphs } from '../kit/runSubgraphs.js';
import { identity } from './subgraph.js';

await runSubgraphs([identity]);
