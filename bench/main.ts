import { parseArgs } from 'node:util';
import { gateways } from './engine/gateways.js';
import { graphs } from './graphs/graphs.js';

const HELP = `npm run bench -- customer360 [options]

  --customers N     how many customers the database holds  (100000; seeded once, under .data/bench-N)
  --requests N      queries a round                        (1000)
  --rounds N                                               (5)
  --concurrency N   queries at once                        (16)
  --merged S        instead, compare with a copy of the database in which this share of the customers was merged into others: 0.05

It asks schema/operations/customer360.graphql of a gateway and six subgraphs, each a process of its own, on an embedded
Postgres, and prints latencies, CPU a query in each process and SQL statements a query. Linux only (/proc).

npm run bench -- engine [options]

  --graph NAMES     of ${Object.keys(graphs).join(', ')}  (all)
  --peers NAMES     of ${Object.keys(gateways).join(', ')}; the last one given is what the others are compared with  (all)
  --requests N      requests to a gateway in a round  (each graph's own, some seconds' worth)
  --rounds N                                          (5)
  --concurrency N   connections                       (50)
  --one-caller      all requests carry one Authorization, so that a gateway may share work between them; else each its own

It asks gateways the same thing over the same subgraphs in alternating rounds, and prints CPU a request, requests a second,
latencies, memory, and what was asked of the subgraphs. NAMES are separated by commas. The first use installs the peers
of bench/package.json into bench/node_modules. Linux only (/proc); taskset, where it is there, keeps processes apart.

npm run bench -- subscriptions [options]

  --subscribers N   (5000)
  --seconds N       for each of the two measurements  (30)
  --rate N          events a second, when all subscriptions are equal  (5)
  --different N     of the subscriptions have an event a second, when all are different  (200)

It subscribes to one gateway from thousands of sockets, first all to the same thing, then each to its own, and prints how
long an event takes from the subgraph to the sockets, and the memory of a subscriber. Then each asks in words of its own while the
supergraph changes ten times: how long the event loop's turns are, and what memory is held. Linux only (/proc).

npm run bench -- timeline [options]

  --sizes N,N       how many touchpoints the tables hold  (100000,10000000; filled once, under .data/bench-timeline)
  --requests N      pages of each kind a round            (300)
  --rounds N                                              (5)

It asks a touchpoints subgraph for pages of timelines in a small and in a large table, in alternating rounds.

npm run bench -- merge [options]

  --rows N          of the customer who is merged         (100000)
  --rounds N                                              (5)

It merges and unmerges a customer with many touchpoints while somebody goes on writing of them, and prints how long each takes and the
longest write meanwhile.

npm run bench -- load [options]

  --graph NAME      of ${Object.keys(graphs).join(', ')}  (products)
  --seconds N       a step, of which there are eight      (10)

It finds out how many requests a second the gateway can serve, offers it half, all, twice and four times of that and half again, at random
moments whether or not it keeps up, and prints what was accepted, what was shed, how long it took, and the gateway's memory. Then one
caller asks a quarter of that alone, beside a flood of four times the capacity, and beside 200 operations a second that were never seen before.

npm run bench -- swap [options]

  --graph NAME      of ${Object.keys(graphs).join(', ')}  (products)
  --seconds N       a round                               (10)
  --rounds N                                              (5)

It offers the gateway half of what it can serve, in alternating rounds without and with a new supergraph every two seconds.

npm run bench -- moments [options]

  --requests N      mutations                             (300)

It measures the time from a mutation to the timeline, as a dashboard sees it that subscribes through the gateway.`;

function refuse(problem: string): never {
  console.error(`bench: ${problem}. See --help.`);
  process.exit(2);
}

function positive(option: string, text: string): number {
  return /^[1-9]\d*$/.test(text) ? Number(text) : refuse(`--${option} must be a whole number above 0, not "${text}"`);
}

function fraction(option: string, text: string): number {
  const value = Number(text);
  return value > 0 && value <= 0.5 ? value : refuse(`--${option} must be above 0 and at most 0.5, not "${text}"`);
}

/** The entries that a list of names asks for, in its order; all for none. */
function pick<Value>(
  all: Readonly<Record<string, Value>>,
  names: string | undefined,
): readonly (readonly [string, Value])[] {
  return (names?.split(',') ?? Object.keys(all)).map((name) => {
    const value = all[name];
    if (value === undefined) refuse(`"${name}" is not one of ${Object.keys(all).join(', ')}`);
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
    seconds: { type: 'string' },
    rate: { type: 'string', default: '5' },
    different: { type: 'string', default: '200' },
    peers: { type: 'string' },
    'one-caller': { type: 'boolean', default: false },
    merged: { type: 'string' },
    rows: { type: 'string', default: '100000' },
    sizes: { type: 'string', default: '100000,10000000' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(HELP);
} else if (positionals[0] === 'customer360') {
  const options = {
    customers: positive('customers', values.customers),
    requests: positive('requests', values.requests ?? '1000'),
    rounds: positive('rounds', values.rounds),
    concurrency: positive('concurrency', values.concurrency ?? '16'),
  };
  if (values.merged === undefined) {
    const { customer360 } = await import('./customer360.js');
    await customer360(options);
  } else {
    const { merged } = await import('./merged.js');
    await merged({ ...options, share: fraction('merged', values.merged) });
  }
} else if (positionals[0] === 'engine') {
  const { engine } = await import('./engine/engine.js');
  await engine({
    graphs: pick(graphs, values.graph),
    gateways: pick(gateways, values.peers).map(([, gateway]) => gateway),
    rounds: positive('rounds', values.rounds),
    requests: values.requests === undefined ? undefined : positive('requests', values.requests),
    connections: positive('concurrency', values.concurrency ?? '50'),
    oneCaller: values['one-caller'],
  });
} else if (positionals[0] === 'subscriptions') {
  const { subscriptions } = await import('./subscriptions/subscriptions.js');
  await subscriptions({
    subscribers: positive('subscribers', values.subscribers),
    seconds: positive('seconds', values.seconds ?? '30'),
    rate: positive('rate', values.rate),
    rateOfDifferent: positive('different', values.different),
  });
} else if (positionals[0] === 'load') {
  const { load } = await import('./load/load.js');
  const [graph] = pick(graphs, values.graph ?? 'products');
  if (graph) await load({ graph, seconds: positive('seconds', values.seconds ?? '10') });
} else if (positionals[0] === 'swap') {
  const { swap } = await import('./load/swap.js');
  const [graph] = pick(graphs, values.graph ?? 'products');
  const seconds = positive('seconds', values.seconds ?? '10');
  if (graph) await swap({ graph, seconds, rounds: positive('rounds', values.rounds) });
} else if (positionals[0] === 'moments') {
  const { moments } = await import('./moments.js');
  await moments({ requests: positive('requests', values.requests ?? '300') });
} else if (positionals[0] === 'merge') {
  const { merge } = await import('./merge.js');
  await merge({ rows: positive('rows', values.rows), rounds: positive('rounds', values.rounds) });
} else if (positionals[0] === 'timeline') {
  const { timeline } = await import('./timeline.js');
  await timeline({
    sizes: values.sizes.split(',').map((size) => positive('sizes', size)),
    requests: positive('requests', values.requests ?? '300'),
    rounds: positive('rounds', values.rounds),
  });
} else {
  console.log(HELP);
  process.exitCode = 2;
}
