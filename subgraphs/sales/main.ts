import { runSubgraphs } from '../kit/runSubgraphs.js';
import { sales } from './subgraph.js';

await runSubgraphs([sales]);
