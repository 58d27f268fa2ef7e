import { setPriority } from 'node:os';
import { openConnections, openLoop } from './openLoop.js';

// A process of its own, started by `attacked`: floods a gateway from one address. It prints a line when it begins, and what became of it as JSON.
//   attack.js URL KIND REQUESTS_A_SECOND SECONDS BODY

const CONNECTIONS = 256;
const ADDRESS = '198.51.100.7';
/** As many variables as count up in binary. */
const BITS = 10;

const [, , url = '', kind = '', rate = '0', seconds = '0', body = ''] = process.argv;

/** An operation that differs in nothing but the value of its variables, each of which decides about a field. */
function unseen(index: number): string {
  const names = Array.from({ length: BITS }, (_, bit) => `b${bit}`);
  const asked: { query: string } = JSON.parse(body);
  // Whatever the graph is: the whole selection again, once for each variable.
  const [, selection = ''] = /^[^{]*(\{.*\})\s*$/s.exec(asked.query) ?? [];
  const inner = selection.slice(1, -1);
  const parts = names.map((name) => `... @include(if: $${name}) { ${inner} }`);
  const query = `query U${index >> BITS} (${names.map((name) => `$${name}: Boolean!`).join(' ')}) { ${parts.join(' ')} }`;
  return JSON.stringify({
    query,
    variables: Object.fromEntries(names.map((name, bit) => [name, ((index >> bit) & 1) === 1])),
  });
}

// It would have a machine of its own: here it gives way to the subgraphs and the neighbour, whose core it shares.
setPriority(19);
const pool = await openConnections(url, CONNECTIONS);
console.log('begun');
const result = await openLoop({
  pool,
  path: new URL(url).pathname,
  body: kind === 'unseen' ? unseen : body,
  caller: ADDRESS,
  requestsPerSecond: Number(rate),
  seconds: Number(seconds),
});
await pool.destroy();
console.log(JSON.stringify(result));
