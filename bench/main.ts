import { parseArgs } from 'node:util';
import { customer360 } from './customer360.js';
import { engine } from './engine/engine.js';
import { gateways } from './engine/gateways.js';
import { graphs } from './graphs/graphs.js';
import { subscriptions } from './subscriptions/subscriptions.js';

const HELP = `npm run bench -- customer360 [options]

  --customers N     how many customers the database holds  (100000; seeded once, under .data/bench-N)
  --requests N      queries a round                        (1000)
  --rounds N                                               (5)
  --concurrency N   queries at once                        (16)

It asks schema/operations/customer360.graphql of a gateway and six subgraphs, each a process of its own, on an embedded
Postgres, and prints latencies, CPU a query in each process and SQL statements a query. Linux only (/proc).

npm run bench -- engine [options]

  --graph NAMES     of ${Object.keys(graphs).join(', ')}  (all)
  --peers NAMES     of ${Object.keys(gateways).join(', ')}; the last one given is what the others are compared with  (all)
  --requests N      requests to a gateway in a round  (each graph's own, some seconds' worth)
  --rounds N                                          (5)
  --concurrency N   connections                       (50)

It asks gateways the same thing over the same subgraphs in alternating rounds, and prints CPU a request, requests a second,
latencies, memory, and what was asked of the subgraphs. NAMES are separated by commas. The first use installs the peers
of bench/package.json into bench/node_modules. Linux only (/proc); taskset, where it is there, keeps processes apart.

npm run bench -- subscriptions [options]

  --subscribers N   (5000)
  --seconds N       for each of the two measurements  (30)
  --rate N          events a second, when all subscriptions are equal  (5)
  --different N     of the subscriptions have an event a second, when all are different  (200)

It subscribes to one gateway from thousands of sockets, first all to the same thing, then each to its own, and prints how
long an event takes from the subgraph to the sockets, and the memory of a subscriber. Linux only (/proc).`;

/** The entries that a list of names asks for, in its order; all for none. */
function pick<Value>(
  all: Readonly<Record<string, Value>>,
  names: string | undefined,
): readonly (readonly [string, Value])[] {
  return (names?.split(',') ?? Object.keys(all)).map((name) => {
    const value = all[name];
    if (value === undefined) throw new Error(`"${name}" is not one of ${Object.keys(all).join(', ')}`);
    return [name, value] as const;
  });
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    customers: { type: 'string', default: '100000' },
    requests: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    concurrency: { type: 'string' },
    graph: { type: 'string' },
    subscribers: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '30' },
    rate: { type: 'string', default: '5' },
    different: { type: 'string', default: '200' },
    peers: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(HELP);
} else if (positionals[0] === 'customer360') {
  await customer360({
    customers: Number(values.customers),
    requests: Number(values.requests ?? 1000),
    rounds: Number(values.rounds),
    concurrency: Number(values.concurrency ?? 16),
  });
} else if (positionals[0] === 'engine') {
  await engine({
    graphs: pick(graphs, values.graph),
    gateways: pick(gateways, values.peers).map(([, gateway]) => gateway),
    rounds: Number(values.rounds),
    requests: values.requests === undefined ? undefined : Number(values.requests),
    connections: Number(values.concurrency ?? 50),
  });
} else if (positionals[0] === 'subscriptions') {
  await subscriptions({
    subscribers: Number(values.subscribers),
    seconds: Number(values.seconds),
    rate: Number(values.rate),
    rateOfDifferent: Number(values.different),
  });
} else {
  console.log(HELP);
  process.exitCode = 2;
}
