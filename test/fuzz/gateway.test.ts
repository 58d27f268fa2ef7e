import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type GatewayProcess, ask, runGateway, untilReady } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';
import { SEED, survives } from './survives.js';

let library: Library;
let gateway: GatewayProcess;
let url = '';

beforeAll(async () => {
  library = await startLibrary();
  // A process of its own, so that a crash is one.
  gateway = runGateway(['--supergraph', library.file, '--port', '0', '--auth', 'off', '--log-level', 'warn'], {
    supervised: true,
  });
  url = await untilReady(gateway);
});

afterAll(async () => {
  gateway.child.kill('SIGTERM');
  await gateway.exited;
  await library.stop();
});

it(`the gateway survives 2,000 malformed requests and WebSockets, and tells nothing of itself (seed ${SEED})`, async () => {
  const secrets = [library.books, library.desk, library.reviews].map(({ port }) => `127.0.0.1:${port}`);
  await survives(url, secrets, { requests: 1_400, talks: 600 });
  // Not all the same: every way to be wrong was tried, and some were right.
  const metrics = await (await fetch(new URL('/metrics', url))).text();
  for (const status of [200, 400, 404, 405, 415]) expect(metrics).toContain(`http_responses_total{status="${status}"}`);
  for (const code of ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT', 'TOO_MANY_TOKENS']) {
    expect(metrics).toContain(`errors_total{code="${code}"}`);
  }
  expect(gateway.child.exitCode).toBeNull();
  // What nobody foresaw is logged at `error`.
  expect(
    gateway
      .output()
      .split('\n')
      .filter((line) => line.includes('"level":50')),
  ).toEqual([]);
  expect((await ask(url, '{ books { title } }')).data).toEqual({
    books: [{ title: 'Emma' }, { title: 'Middlemarch' }],
  });
}, 120_000);
