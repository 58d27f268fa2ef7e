import { runSubgraphs } from '../kit/serve/runSubgraphs.js';
import { service } from './subgraph.js';

await runSubgraphs([service]);
