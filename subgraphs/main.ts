import { subgraphs } from './all.js';
import { runSubgraphs } from './kit/serve/runSubgraphs.js';

// The one that is worked on runs alone: `npm run dev -- NAME`.
const { EXCEPT } = process.env;
await runSubgraphs(subgraphs.filter(({ name }) => name !== EXCEPT));
