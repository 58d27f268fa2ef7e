import { parseArgs } from 'node:util';
import { customer360 } from './customer360.js';

const HELP = `npm run bench -- customer360 [options]

  --customers N     how many customers the database holds  (100000; seeded once, under .data/bench-N)
  --requests N      queries a round                        (1000)
  --rounds N                                               (5)
  --concurrency N   queries at once                        (16)

It asks schema/operations/customer360.graphql of a gateway and six subgraphs, each a process of its own, on an embedded
Postgres, and prints latencies, CPU a query in each process and SQL statements a query. Linux only (/proc).`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    customers: { type: 'string', default: '100000' },
    requests: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    concurrency: { type: 'string', default: '16' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help || positionals[0] !== 'customer360') {
  console.log(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  await customer360({
    customers: Number(values.customers),
    requests: Number(values.requests),
    rounds: Number(values.rounds),
    concurrency: Number(values.concurrency),
  });
}
