import { runSubgraphs } from '../kit/serve/runSubgraphs.js';
import { identity } from './subgraph.js';

await runSubgraphs([identity]);
