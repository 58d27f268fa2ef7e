import { createServer } from 'node:http';
import { once } from 'node:events';
import { standInProcess } from './startStandInProcess.mjs';

const NAMES = ['identity', 'touchpoints', 'sales', 'service', 'marketing', 'feedback'];
const self = standInProcess('subgraphs');
const server = createServer((request, response) => response.end(process.env.SALES_DATABASE_URL ?? ''));
// One server stands for all.
server.listen(Number(process.env.SALES_PORT ?? process.env.PORT), process.env.HOST);
await once(server, 'listening');
const origin = `http://${process.env.HOST}:${server.address().port}`;
self.ready(Object.fromEntries(NAMES.map((name) => [name, `${origin}/${name}/graphql`])));
