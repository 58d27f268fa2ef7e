import { runSubgraphs } from '../kit/runSubgraphs.js';
import { service } from './subgraph.js';

await runSubgraphs([service]);
