import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from 'graphql-ws';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { customerErased } from '../../schema/contract.js';
import { startWebhooks } from '../../subgraphs/kit/flow/webhooks/startWebhooks.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { startGateway } from '../support/fixtureGateway.js';
import { nextAnswer } from '../support/liveGateway.js';
import { ask } from '../support/startTestSubgraph.js';
import { startTestSubgraphs } from '../support/startTestSubgraphs.js';
import { waitUntil } from '../support/waitUntil.js';
import { watchEmitters } from '../support/watchEmitters.js';

const log = pino({ level: 'silent' });

test('every socket, stream, client, pool and server of subgraphs and gateway has a listener to its errors, whatever they do', async () => {
  const watch = watchEmitters();
  const graph = await startTestSubgraphs(log, { metrics: { port: 0 } });
  let posts = 0;
  const receiver = createServer((request, response) => {
    posts += 1;
    request.resume();
    response.writeHead(204).end();
  });
  receiver.on('error', () => undefined).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { port } = receiver.address() as AddressInfo;
  const webhook = { name: 'club', url: `http://127.0.0.1:${port}/`, events: [customerErased.type] };
  const webhooks = await startWebhooks([webhook], { databaseUrl: graph.databaseUrl, signingKey: null }, log);

  const subgraphUrls = Object.fromEntries(
    Object.entries(graph.urls).map(([name, url]) => [`${name.toUpperCase()}_URL`, url]),
  );
  const options = { subgraphUrls, signingKey: TEST_SIGNING_KEY, metrics: { port: 0 } };
  const gateway = await startGateway('schema/supergraph.graphql', options);
  const client = createClient({
    url: gateway.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  const query = 'subscription { touchpointAdded { touchpoint { summary customer { displayName } } } }';
  const events = client.iterate({ query });
  const event = nextAnswer(events);
  const stream = await fetch(`${gateway.url}/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const streamed = stream.body?.getReader();
  await streamed?.read();
  const { identifyCustomer } = await graph.ask(
    'identity',
    'mutation { identifyCustomer(input: { displayName: "Ada", emails: ["ada@example.com"] }) { customer { id } } }',
  );
  const { id } = identifyCustomer.customer;
  // It asks identity whether the customer exists, and its event goes over the bus to touchpoints.
  const review = { customerId: id, site: 'Test', rating: 3, text: 'as expected' };
  const recordReview = 'mutation ($input: RecordReviewInput!) { recordReview(input: $input) { id } }';
  await waitUntil(async () => {
    await graph.ask('feedback', recordReview, { input: { ...review, text: randomUUID() } });
    return Promise.race([
      event.then(() => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 200)),
    ]);
  });
  const asked =
    'query ($id: ID!) { customer360(id: $id) { displayName openCaseCount { value } orders(first: 3) { totalCount } } }';
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(gateway.url, asked, { id })));
  expect(answers.flatMap(({ errors = [] }) => errors)).toEqual([]);
  await graph.ask('identity', `mutation { eraseCustomer(customerId: "${id}", reason: REQUESTED) { id } }`);
  await waitUntil(() => posts > 0);

  await events.return?.();
  await streamed?.cancel();
  await client.dispose();
  await gateway.stop();
  await webhooks.stop();
  await graph.stop();
  receiver.close();
  watch.stop();
  expect([...watch.deaf]).toEqual([]);
  for (const kind of ['Socket', 'Server', 'BoundPool', 'Client', 'Connection', 'WebSocketServer', 'WebSocket']) {
    expect([kind, watch.seen.get(kind) ?? 0]).toEqual([kind, expect.any(Number)]);
    expect(watch.seen.get(kind)).toBeGreaterThan(0);
  }
}, 180_000);
