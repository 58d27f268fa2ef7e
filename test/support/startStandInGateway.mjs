/** GET / answers with what this process was given; POST /graphql with a first customer; POST /die ends it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { standInProcess } from './startStandInProcess.mjs';

const { port, host } = parseArgs({
  options: {
    port: { type: 'string' },
    host: { type: 'string' },
    auth: { type: 'string' },
    history: { type: 'string' },
    'drain-delay': { type: 'string' },
    usage: { type: 'string' },
  },
}).values;
const self = standInProcess('gateway');

async function starts() {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  const { rows } = await client.query('SELECT args FROM start');
  await client.end();
  return rows.map((row) => row.args);
}

const server = createServer((request, response) => {
  if (request.url === '/graphql') {
    response.end(JSON.stringify({ data: { customers: { nodes: [{ id: '1', emails: ['ada@example.com'] }] } } }));
  } else if (request.url === '/die') {
    console.error(JSON.stringify({ level: 50, msg: 'out of stand-ins' }));
    process.exit(3);
  } else {
    const { SALES_URL, FEEDBACK_URL, DATABASE_URL, PORT, HOST } = process.env;
    const env = { SALES_URL, FEEDBACK_URL, DATABASE_URL, PORT, HOST };
    void starts().then((rows) => response.end(JSON.stringify({ pid: process.pid, env, starts: rows })));
  }
});
const listener = await self.listener();
if (listener) server.listen(listener);
else server.listen(Number(port), host);
await once(server, 'listening');
self.ready({ gateway: `http://${host}:${server.address().port}/graphql` });
