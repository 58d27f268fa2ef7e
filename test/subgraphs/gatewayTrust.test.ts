import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { HEADERS } from '../../schema/contract.js';
import { encodeCaller, REPLAY_WINDOW_MS, sign } from '../../schema/signature.js';
import { service } from '../../subgraphs/service/subgraph.js';
import { SeenNonces } from '../../subgraphs/kit/serve/SeenNonces.js';
import { touchpoints } from '../../subgraphs/touchpoints/subgraph.js';
import { EVERYONE, gatewaySocket, signedHeaders, TEST_SIGNING_KEY } from '../support/asGateway.js';
import { nextAnswer } from '../support/liveGateway.js';
import { startTestSubgraph, type TestSubgraph } from '../support/startTestSubgraph.js';

describe('a subgraph over HTTP', () => {
  let subgraph: TestSubgraph;
  beforeAll(async () => {
    subgraph = await startTestSubgraph(service);
  });
  afterAll(() => subgraph.stop());

  const body = JSON.stringify({ query: '{ cases { totalCount } }' });
  const caller = encodeCaller(EVERYONE);

  async function post(
    headers: Readonly<Record<string, string>>,
    text = body,
  ): Promise<{ status: number; code: unknown }> {
    const json = { 'content-type': 'application/json' };
    const response = await fetch(subgraph.url, { method: 'POST', headers: { ...json, ...headers }, body: text });
    const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
    return { status: response.status, code: errors?.[0]?.extensions.code };
  }

  const signedWith = (key: string, now = Date.now(), name = 'service') => ({
    [HEADERS.caller]: caller,
    [HEADERS.signature]: sign(key, { service: name, caller, body }, now),
  });

  test('answers what its gateway signed', async () => {
    expect(await post(signedHeaders('service', body))).toEqual({ status: 200, code: undefined });
  });

  test.each([
    ['unsigned', () => ({})],
    ['signed with another key', () => signedWith('another key that is just as long as it must be')],
    ['signed for another subgraph', () => signedWith(TEST_SIGNING_KEY, Date.now(), 'sales')],
    ['older than the window', () => signedWith(TEST_SIGNING_KEY, Date.now() - REPLAY_WINDOW_MS - 1_000)],
    ['of the future', () => signedWith(TEST_SIGNING_KEY, Date.now() + REPLAY_WINDOW_MS + 5_000)],
    ['signed for another body', () => signedHeaders('service', body.replace('cases', 'promises'))],
    [
      'signed for another caller',
      () => ({ ...signedHeaders('service', body, { subject: 'ada', scopes: [] }), [HEADERS.caller]: caller }),
    ],
    ['with a signature that is none', () => ({ [HEADERS.caller]: caller, [HEADERS.signature]: 'v1 1 2 3' })],
  ])('refuses a request %s with 401', async (_what, headers) => {
    expect(await post(headers())).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
  });

  test('takes a signed request once', async () => {
    const headers = signedHeaders('service', body);
    expect((await post(headers)).status).toBe(200);
    expect(await post(headers)).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
  });

  test('runs no SQL for what it refuses', async () => {
    expect(await subgraph.statements(() => post({}))).toEqual([]);
    expect(await subgraph.statements(() => post(signedHeaders('service', body)))).not.toEqual([]);
  });

  test('says 401 before it reads what an unsigned request carries', async () => {
    expect(await post({}, '{ no JSON')).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
    expect((await post(signedHeaders('service', '{ no JSON'), '{ no JSON')).status).toBe(400);
  });

  test('is asked by POST only, also by its gateway', async () => {
    const url = `${subgraph.url}?query=${encodeURIComponent('{ cases { totalCount } }')}`;
    expect((await fetch(url)).status).toBe(401);
    const response = await fetch(url, { headers: signedHeaders('service', '') });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('tells everybody whether it is up, and no more', async () => {
    const response = await fetch(new URL('/health', subgraph.url));
    expect(response.status).toBe(200);
    expect(Object.keys((await response.json()) as object).sort()).toEqual([
      'deadLetters',
      'held',
      'heldEvents',
      'outbox',
      'status',
      'subgraph',
    ]);
  });
});

describe('a subgraph over WebSockets', () => {
  let subgraph: TestSubgraph;
  beforeAll(async () => {
    subgraph = await startTestSubgraph(touchpoints);
  });
  afterAll(() => subgraph.stop());

  /** The code with which the subgraph closes a connection that begins with `payload`. */
  async function closedWith(payload: object | undefined): Promise<number> {
    const socket = new WebSocket(subgraph.url.replace('http', 'ws'), 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload }));
    const [code] = await once(socket, 'close');
    return code as number;
  }

  test('closes a connection that its gateway did not sign', async () => {
    expect(await closedWith(undefined)).toBe(4403);
    expect(await closedWith(signedHeaders('sales', ''))).toBe(4403);
  });

  test('refuses a subscription that its gateway did not sign, and serves the next', async () => {
    const client = gatewaySocket('touchpoints', subgraph.url);
    const variables = { after: 'bad' };
    const query =
      'subscription A($after: String) { touchpointAdded(after: $after) { cursor } } subscription B { touchpointAdded { cursor } }';
    const refused: Partial<Parameters<typeof client.iterate>[0]>[] = [
      { signedFor: { query: 'subscription { another }' } },
      { signedFor: { variables: '{"after":"good"}' } },
      { signedFor: { variables: '{"after":"good"}' }, sentText: JSON.stringify(variables) },
      { sentText: '{"after":"good"}' },
      { sentText: 'no JSON' },
      // The same values in another text: it is the text that is signed.
      { sentText: '{ "after": "bad" }' },
      { operationName: 'B', signedFor: { operationName: 'A' } },
      // A part of the query that is signed as if it were the variables.
      { signedFor: { query: `subscription C { x }\n${query}` }, sentText: '{"after":"bad"}\nsubscription C { x }' },
    ];
    for (const wrong of refused) {
      const events = client.iterate({ query, variables, operationName: 'A', ...wrong });
      await expect(events.next()).rejects.toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    }
    const signed = nextAnswer(client.iterate({ query, variables, operationName: 'A' }));
    expect((await signed).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    const answer = nextAnswer(client.iterate({ query: 'subscription { touchpointAdded(after: "bad") { cursor } }' }));
    expect((await answer).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    await client.dispose();
  });
});

describe('the signatures that were used', () => {
  test('are forgotten when they are too old to be used, and refused when there is no room', () => {
    const seen = new SeenNonces(3);
    expect(seen.add('a', 11_000, 10_000)).toBe('new');
    expect(seen.add('a', 11_000, 10_500)).toBe('seen');
    expect(seen.add('b', 12_500, 10_600)).toBe('new');
    expect(seen.add('c', 12_600, 10_700)).toBe('new');
    expect(seen.add('d', 12_600, 10_700)).toBe('full');
    expect(seen.add('a', 11_000, 10_800)).toBe('seen');
    expect(seen.add('d', 13_000, 12_000)).toBe('new');
    expect(seen.size).toBe(3);
    expect(seen.add('b', 12_500, 12_100)).toBe('seen');
  });
});
