import { runSubgraphs } from '../kit/serve/runSubgraphs.js';
import { sales } from './subgraph.js';

await runSubgraphs([sales]);
