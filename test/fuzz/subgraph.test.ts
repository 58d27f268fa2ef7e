import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { identity } from '../../subgraphs/identity/subgraph.js';
import { signedHeaders } from '../support/asGateway.js';
import { type TestSubgraph, startTestSubgraph } from '../support/startTestSubgraph.js';
import { exchangeBytes } from './exchangeBytes.js';
import { judgeAnswer } from './judge.js';
import { body } from './malformed.js';
import { SEED, survives, survivesAll } from './survives.js';

let subgraph: TestSubgraph;

beforeAll(async () => {
  subgraph = await startTestSubgraph(identity);
});
afterAll(async () => {
  await subgraph.stop();
});

it(`a subgraph survives 1,000 malformed requests and WebSockets of whoever reaches it (seed ${SEED})`, async () => {
  await survives(subgraph.url, [], { requests: 700, talks: 300 });
  expect((await subgraph.ask('{ __typename }')).data).toEqual({ __typename: 'Query' });
}, 120_000);

it(`a subgraph survives 500 malformed bodies that its gateway signed (seed ${SEED})`, async () => {
  const { port } = new URL(subgraph.url);
  // What nests without end is kept away by the gateway's limits.
  const short = body.filter(({ length }) => length < 2_000);
  await survivesAll(500, short, async (content) => {
    const signed = Object.entries(signedHeaders('identity', content.toString()));
    const lines = [
      'POST /graphql HTTP/1.1',
      'host: a',
      'connection: close',
      'content-type: application/json',
      `content-length: ${content.length}`,
      ...signed.map(([name, value]) => `${name}: ${value}`),
    ];
    const request = Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), content]);
    return judgeAnswer((await exchangeBytes(Number(port), request)).received, []);
  });
  expect((await subgraph.ask('{ __typename }')).data).toEqual({ __typename: 'Query' });
}, 120_000);
