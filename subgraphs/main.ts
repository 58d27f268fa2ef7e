import { subgraphs } from './all.js';
import { runSubgraphs } from './kit/runSubgraphs.js';

await runSubgraphs(subgraphs);
