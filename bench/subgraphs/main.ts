import { createServer } from 'node:http';
import { once } from 'node:events';
import type { ReadyMessage } from '../../schema/contract.js';
import { graphs } from '../graphs/graphs.js';
import { MemorySubgraph, type Counts } from './MemorySubgraph.js';

// Serves the subgraphs of one graph, each on a port of its own, and beside them `counts`: a GET there answers what all of
// them were asked since the last GET. Ends with the process that forked it.

const none = (): Counts => ({ calls: 0, representations: 0, withoutAuthorization: 0, computed: 0 });

const name = process.argv[2] ?? '';
const make = graphs[name];
if (!make) throw new Error(`there is no graph "${name}"`);
const { subgraphs } = await make();
const counts = none();
const urls: Record<string, string> = {};
for (const definition of subgraphs) urls[definition.name] = await new MemorySubgraph(definition, counts).start();

const counting = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(counts));
  Object.assign(counts, none());
});
counting.listen(0, '127.0.0.1');
await once(counting, 'listening');
const address = counting.address();
urls['counts'] = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`;

process.on('disconnect', () => process.exit());
const ready: ReadyMessage = { type: 'ready', urls };
process.send?.(ready);
