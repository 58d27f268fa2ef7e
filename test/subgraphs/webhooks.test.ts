import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { type CloudEvent, customerErased, customerMerged, HEADERS, touchpointReported } from '../../schema/contract.js';
import { verify } from '../../schema/signature.js';
import { PostgresEventBus } from '../../subgraphs/kit/flow/PostgresEventBus.js';
import { deadLetters } from '../../subgraphs/kit/flow/deadLetters.js';
import { deliverAgain } from '../../subgraphs/kit/flow/webhooks/deliver.js';
import { openWebhookStore } from '../../subgraphs/kit/flow/webhooks/openWebhookStore.js';
import { startWebhooks } from '../../subgraphs/kit/flow/webhooks/startWebhooks.js';
import type { Webhook } from '../../subgraphs/kit/flow/webhooks/Webhook.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { openFolder, plainEnvironment, run as runCommand } from '../support/startHarness.js';
import { waitUntil } from '../support/waitUntil.js';

const log = pino({ level: 'silent' });

let database: TestDatabase;
let bus: PostgresEventBus;
let server: Server;
let webhook: Webhook;
/** Stops what delivers. */
let delivering: Awaited<ReturnType<typeof startWebhooks>> | undefined;

/** What came, as it came. */
let received: CloudEvent[];
let tries: number;
/** How the receiver answers an event. */
let answerTo: (event: CloudEvent) => number;
let problems: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  bus = new PostgresEventBus(database.url, log);
});
afterAll(async () => {
  await bus.close();
  await database.drop();
});

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const event = JSON.parse(body) as CloudEvent;
  const parts = { service: webhook.name, caller: String(request.headers[HEADERS.caller]), body };
  if (!verify([TEST_SIGNING_KEY], parts, String(request.headers[HEADERS.signature]))) problems.push('not signed');
  if (!request.headers['content-type']?.startsWith('application/cloudevents+json')) problems.push('not CloudEvents');
  tries += 1;
  const status = answerTo(event);
  if (status < 300) received.push(event);
  response.writeHead(status).end();
}

async function listenOn(port: number): Promise<Server> {
  const started = createServer((request, response) => void receive(request, response));
  started.listen(port, '127.0.0.1');
  await once(started, 'listening');
  return started;
}

const portOf = () => (server.address() as AddressInfo).port;

beforeEach(async () => {
  [received, tries, problems] = [[], 0, []];
  answerTo = () => 204;
  server = await listenOn(0);
  webhook = {
    name: `club-${randomUUID().slice(0, 8)}`,
    url: `http://127.0.0.1:${portOf()}/events`,
    events: [customerErased.type, customerMerged.type, touchpointReported.type],
  };
});
afterEach(async () => {
  await delivering?.stop();
  delivering = undefined;
  server.closeAllConnections();
  server.close();
});

async function begin(): Promise<void> {
  const options = { databaseUrl: database.url, signingKey: TEST_SIGNING_KEY };
  delivering = await startWebhooks([webhook], options, log);
}

/** Which events of a run of the test came: the bus has those of the runs before, too. */
let run: string;
beforeEach(() => {
  run = randomUUID();
});
const numbers = () => received.filter(({ source }) => source === run).map(({ data }) => (data as { n: number }).n);

/** @param subject by default another one for each */
async function publish(from: number, to: number, type: string = customerErased.type, subject?: string): Promise<void> {
  const events = Array.from({ length: to - from }, (_, index) => ({
    specversion: '1.0' as const,
    id: randomUUID(),
    source: run,
    type,
    subject: subject ?? randomUUID(),
    time: new Date().toISOString(),
    datacontenttype: 'application/json' as const,
    data: { n: from + index },
  }));
  await bus.publish(events);
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

test('gets the events that it wants, in their order, signed, and no others', async () => {
  await begin();
  await publish(0, 20);
  await publish(100, 105, 'customer360.customer.unmerged.v2');
  await publish(20, 25, customerMerged.type);
  await waitUntil(() => numbers().length >= 25);
  expect(numbers()).toEqual(range(0, 25));
  expect(problems).toEqual([]);
});

test('loses none while it is down or says that it has no time, and gets none twice that it took', async () => {
  await begin();
  await publish(0, 5);
  await waitUntil(() => numbers().length === 5);
  const port = portOf();
  server.closeAllConnections();
  server.close();
  await publish(5, 15);
  server = await listenOn(port);
  let busy = 3;
  answerTo = ({ data }) => ((data as { n: number }).n === 10 && busy-- > 0 ? 503 : 200);
  await waitUntil(() => numbers().length >= 15);
  await publish(15, 16);
  await waitUntil(() => numbers().includes(15));
  expect(numbers()).toEqual(range(0, 16));
});

test('goes on where it was when the process that delivers is started again', async () => {
  await begin();
  await publish(0, 3);
  await waitUntil(() => numbers().length === 3);
  await delivering?.stop();
  await publish(3, 6);
  await begin();
  await waitUntil(() => numbers().length >= 6);
  expect(numbers()).toEqual(range(0, 6));
});

test('what it refuses is parked, the next follows, and it can be sent again', async () => {
  answerTo = ({ source, data }) => (source === run && (data as { n: number }).n === 1 ? 400 : 200);
  await begin();
  await publish(0, 3, touchpointReported.type);
  await waitUntil(() => numbers().length === 2);
  expect(numbers()).toEqual([0, 2]);
  const store = await openWebhookStore(database.url);
  const [letter, ...others] = await deadLetters(store, webhook);
  expect(others).toEqual([]);
  if (letter === undefined) throw new Error('nothing is parked');
  expect(letter.reason).toContain('answered with 400');
  await expect(deliverAgain(store, webhook, letter, TEST_SIGNING_KEY)).rejects.toThrow('answered with 400');
  answerTo = () => 200;
  await deliverAgain(store, webhook, letter, TEST_SIGNING_KEY);
  expect(numbers()).toEqual([0, 2, 1]);
  expect(await deadLetters(store, webhook)).toEqual([]);
  await store.destroy();
});

test('what is parked of a customer is forgotten when they are erased', async () => {
  answerTo = ({ source, type }) => (source === run && type === touchpointReported.type ? 400 : 200);
  await begin();
  const ada = randomUUID();
  await publish(0, 1, touchpointReported.type, ada);
  await publish(1, 2, touchpointReported.type);
  const store = await openWebhookStore(database.url);
  const parked = async () => (await deadLetters(store, webhook)).map(({ event }) => (event as CloudEvent).data);
  await waitUntil(async () => (await parked()).length === 2);
  const erased = { customerId: ada, customerIds: [ada], erasedAt: new Date().toISOString() };
  await bus.publish([
    {
      specversion: '1.0',
      id: randomUUID(),
      source: '/customer360/identity',
      type: customerErased.type,
      subject: ada,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data: erased,
    },
  ]);
  await waitUntil(async () => (await parked()).length === 1);
  expect(await parked()).toEqual([{ n: 1 }]);
  await store.destroy();
});

test('what it refuses of which customers exist is held, and sent again until it is taken, before later ones about the same', async () => {
  let isWilling = false;
  answerTo = ({ source, data }) => (source === run && (data as { n: number }).n === 1 && !isWilling ? 400 : 200);
  await begin();
  const ada = randomUUID();
  await publish(0, 2, customerMerged.type, ada);
  await publish(2, 3, customerErased.type, ada);
  await publish(3, 4);
  await waitUntil(() => numbers().includes(3));
  expect(numbers()).toEqual([0, 3]);
  isWilling = true;
  await waitUntil(() => numbers().length === 4);
  expect(numbers()).toEqual([0, 3, 1, 2]);
});

test('is not asked again for what it says it wants no more of (410)', async () => {
  answerTo = () => 410;
  await begin();
  await publish(0, 3);
  await waitUntil(() => tries >= 3);
  await publish(3, 4);
  await waitUntil(() => tries >= 4);
  expect(numbers()).toEqual([]);
});

test('is served by the command from subgraphs.yaml, which ends in good order', async () => {
  const folder = openFolder();
  const { name, url, events } = webhook;
  const entry = {
    name,
    owner: 'club',
    url: 'http://localhost:4010/graphql',
    schema: 'x.graphql',
    webhook: { url, events },
  };
  await writeFile(join(folder.path, 'subgraphs.yaml'), JSON.stringify({ subgraphs: [entry] }));
  const command = runCommand(process.execPath, [resolve('dist/scripts/events/main.js'), 'deliver'], {
    cwd: folder.path,
    env: { ...plainEnvironment(), DATABASE_URL: database.url, LOG_LEVEL: 'silent' },
  });
  await command.prints(/customer360\.customer\.erased\.v2, .+ -> club\S* at http/);
  await publish(0, 2);
  await waitUntil(() => numbers().length === 2);
  command.signal('SIGTERM');
  expect(await command.ended).toMatchObject({ code: 0 });
  folder.remove();
});
