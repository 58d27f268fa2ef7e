import { once } from 'node:events';
import { WebSocket } from 'ws';
import { decodeCaller, subscribeBody, verify } from '../../schema/signature.js';
import { type LiveGateway, nextAnswer as next, sink, startLiveGateway } from '../support/liveGateway.js';
import { type LiveSubgraph, startLiveSubgraph } from '../support/liveSubgraph.js';
import { TEST_ACCESS, accessOf, token } from '../support/tokens.js';

const ADDED = 'subscription { bookAdded { id title } }';
const SIGNING_KEY = 'what gateway and subgraphs both know';
const CALLER = 'x-customer360-caller';
const SIGNATURE = 'x-customer360-signature';

const inSeconds = (seconds: number) => Date.now() / 1000 + seconds;
const bearer = async (claims?: Record<string, unknown>) => ({ authorization: `Bearer ${await token(claims)}` });

/** A WebSocket that was opened and has sent its `connection_init`; messages are read one at a time. */
class RawClient {
  readonly socket: WebSocket;
  readonly #received: string[] = [];
  #wake: (() => void) | undefined;

  constructor(url: string, payload: unknown, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(url, 'graphql-transport-ws', { headers });
    this.socket.on('message', (data: Buffer) => {
      this.#received.push(data.toString());
      this.#wake?.();
    });
    this.socket.on('open', () => this.send({ type: 'connection_init', payload }));
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  async next(): Promise<unknown> {
    while (this.#received.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return JSON.parse(this.#received.shift() ?? '');
  }

  /** The code and the reason of its end. */
  async closed(): Promise<[number, string]> {
    const [code, reason]: [number, Buffer] = (await once(this.socket, 'close')) as [number, Buffer];
    return [code, reason.toString()];
  }
}

describe('who asks over a connection', () => {
  let subgraph: LiveSubgraph;
  let gateway: LiveGateway;
  /** The checks of these values of `authorization` wait for these promises. */
  const slow = new Map<string, Promise<void>>();
  afterEach(() => slow.clear());

  beforeEach(async () => {
    subgraph = await startLiveSubgraph();
    const auth = accessOf({ ...TEST_ACCESS, JWT_CLOCK_SKEW: '0' });
    gateway = await startLiveGateway(subgraph, {
      auth,
      signingKey: SIGNING_KEY,
      beforeAuthentication: (authorization = '') => slow.get(authorization),
    });
  });
  afterEach(async () => {
    await gateway.stop();
    await subgraph.stop();
  });

  test('is told to the subgraph with each subscribe, signed; the connection is the gateway itself', async () => {
    const payload = { ...(await bearer({ scope: 'a:read' })), 'x-purpose': 'service' };
    const [{ query: text }, receiver] = sink('subscription New($genre: String) { bookAdded(genre: $genre) { id } }');
    const client = gateway.client({ connectionParams: payload });
    client.subscribe({ query: text, variables: { genre: 'novel' } }, receiver);
    await subgraph.untilListening(1);
    const [subscribe] = subgraph.subscribes;
    const headers = subscribe?.headers ?? {};
    const query = subscribe?.query ?? '';
    expect(headers).not.toHaveProperty('authorization');
    expect(decodeCaller(headers[CALLER] ?? '')).toEqual({
      subject: 'anna',
      scopes: ['a:read'],
      purpose: 'service',
      operation: 'New',
    });
    expect(subscribe?.signedVariables).toBe('{"genre":"novel"}');
    const variables = String(subscribe?.signedVariables);
    const body = subscribeBody({ query, operationName: subscribe?.operationName, variables });
    const parts = { service: 'books', caller: headers[CALLER] ?? '', body };
    expect(verify([SIGNING_KEY], parts, headers[SIGNATURE] ?? '')).not.toBeNull();
    const [init = {}] = subgraph.connectionParams;
    expect(decodeCaller(String(init[CALLER]))).toEqual({ subject: 'gateway', scopes: [] });
    const own = { service: 'books', caller: String(init[CALLER]), body: '' };
    expect(verify([SIGNING_KEY], own, String(init[SIGNATURE]))).not.toBeNull();
  });

  test('may be said by the upgrade, and by connection_init, which counts more', async () => {
    const client = new RawClient(gateway.url, await bearer({ sub: 'berta' }), await bearer());
    expect(await client.next()).toEqual({ type: 'connection_ack' });
    client.send({ type: 'subscribe', id: '1', payload: { query: ADDED } });
    await subgraph.untilListening(1);
    expect(decodeCaller(subgraph.subscribes[0]?.headers[CALLER] ?? '')?.subject).toBe('berta');
    client.socket.close();
  });

  test('decides who shares an upstream: equal claims do, others never', async () => {
    for (const claims of [{ jti: '1' }, { jti: '2' }, { scope: 'a:read' }, { sub: 'berta' }]) {
      gateway.client({ connectionParams: await bearer(claims) }).subscribe(...sink(ADDED));
    }
    await gateway.untilBegun(4);
    await subgraph.untilListening(3);
    const callers = subgraph.subscribes.map(({ headers }) => decodeCaller(headers[CALLER] ?? ''));
    expect(callers.map((caller) => `${caller?.subject} ${caller?.scopes.join(' ')}`).toSorted()).toEqual([
      'anna ',
      'anna a:read',
      'berta ',
    ]);
  });

  test('must have a good token, else the connection is closed with 4403 and the reason', async () => {
    const client = new RawClient(gateway.url, await bearer({ aud: 'other' }));
    expect(await client.closed()).toEqual([4403, 'The token is meant for somebody else.']);
  });

  test('must say what for in a word, else the connection is closed with 4400', async () => {
    const client = new RawClient(gateway.url, { 'x-purpose': 'two words' });
    expect(await client.closed()).toEqual([4400, expect.stringContaining('x-purpose must be a word')]);
  });

  test('is nobody any more when the token expires: the connection is closed with 4403, and its upstreams end', async () => {
    const client = new RawClient(gateway.url, await bearer({ exp: inSeconds(1) }));
    await client.next();
    client.send({ type: 'subscribe', id: '1', payload: { query: ADDED } });
    await subgraph.untilListening(1);
    expect(await client.closed()).toEqual([4403, 'Token expired']);
    await subgraph.untilListening(0);
  });

  test('goes on with a new token that comes in a ping before: nothing is missed', async () => {
    const first = inSeconds(1);
    const clock = new RawClient(gateway.url, await bearer({ exp: first }));
    const client = new RawClient(gateway.url, await bearer({ exp: first }));
    await client.next();
    client.send({ type: 'subscribe', id: '1', payload: { query: ADDED } });
    await subgraph.untilListening(1);
    const second = inSeconds(60);
    client.send({ type: 'ping', payload: await bearer({ exp: second }) });
    expect(await client.next()).toEqual({
      type: 'pong',
      payload: { authenticatedUntil: new Date(second * 1000).toISOString() },
    });
    // The token with which it began has expired now.
    await clock.closed();
    subgraph.addBook({ id: '1' });
    expect(await client.next()).toMatchObject({ id: '1', type: 'next', payload: { data: { bookAdded: { id: '1' } } } });
    client.socket.close();
  });

  test('may change: what ran for others ends with SUBSCRIPTION_OUTDATED, and what comes runs for the new claims', async () => {
    const client = new RawClient(gateway.url, await bearer());
    await client.next();
    client.send({ type: 'subscribe', id: '1', payload: { query: ADDED } });
    await subgraph.untilListening(1);
    client.send({ type: 'ping', payload: await bearer({ scope: 'a:read' }) });
    const told = [await client.next(), await client.next()];
    expect(told).toContainEqual({
      id: '1',
      type: 'error',
      payload: [{ message: expect.any(String), extensions: { code: 'SUBSCRIPTION_OUTDATED' } }],
    });
    expect(told).toContainEqual(expect.objectContaining({ type: 'pong' }));
    await subgraph.untilListening(0);
    client.send({ type: 'subscribe', id: '1', payload: { query: ADDED } });
    await subgraph.untilListening(1);
    expect(decodeCaller(subgraph.subscribes[1]?.headers[CALLER] ?? '')?.scopes).toEqual(['a:read']);
    client.socket.close();
  });

  test.each(['a ping', 'connection_init'])(
    'is who was named last, though the check of %s before takes longer',
    async (before) => {
      const [first, second] = [await bearer({ sub: 'berta', exp: inSeconds(50) }), await bearer({ sub: 'carla' })];
      const released = new AbortController();
      slow.set(
        first.authorization,
        once(released.signal, 'abort').then(() => undefined),
      );
      const client = new RawClient(gateway.url, before === 'connection_init' ? first : {});
      if (before === 'a ping') {
        await client.next();
        client.send({ type: 'ping', payload: first });
      } else {
        await once(client.socket, 'open');
      }
      client.send({ type: 'ping', payload: second });
      client.send({ type: 'ping', payload: { lap: 1 } });
      // So all have come, and nothing but the first check holds the second up.
      expect(await client.next()).toEqual({ type: 'pong', payload: { lap: 1 } });
      await gateway.client({ connectionParams: second }).iterate({ query: '{ books { id } }' }).next();
      released.abort();
      expect(await client.next()).toMatchObject({ type: before === 'a ping' ? 'pong' : 'connection_ack' });
      expect(await client.next()).toMatchObject({ type: 'pong' });
      client.send({ type: 'subscribe', id: '1', payload: { query: ADDED } });
      await subgraph.untilListening(1);
      expect(decodeCaller(subgraph.subscribes[0]?.headers[CALLER] ?? '')?.subject).toBe('carla');
      client.socket.close();
    },
  );

  test('sends a token at a time: who has more than ten checked at once is closed with 4400', async () => {
    const sent = await bearer();
    slow.set(sent.authorization, new Promise(() => undefined));
    const client = new RawClient(gateway.url, {});
    await client.next();
    for (let time = 0; time < 11; time++) client.send({ type: 'ping', payload: sent });
    expect(await client.closed()).toEqual([4400, 'Too many tokens at once']);
  });

  test('is closed with 4403 when the new token is bad; a ping without one is only answered', async () => {
    const client = new RawClient(gateway.url, await bearer());
    await client.next();
    client.send({ type: 'ping', payload: { lap: 3 } });
    expect(await client.next()).toEqual({ type: 'pong', payload: { lap: 3 } });
    client.send({ type: 'ping', payload: { authorization: 'Bearer stolen' } });
    expect(await client.closed()).toEqual([4403, 'The token is not a signed JSON Web Token.']);
  });

  test('is closed with 4400 when a message is the text of a message', async () => {
    const client = new RawClient(gateway.url, await bearer());
    await client.next();
    client.socket.send(JSON.stringify(JSON.stringify({ type: 'ping' })));
    expect(await client.closed()).toEqual([4400, 'Invalid message received']);
  });

  test('is closed with 4400 when a ping is nested so deep that no pong can be, which is no error of ours', async () => {
    const client = new RawClient(gateway.url, await bearer());
    await client.next();
    const depth = 100_000;
    client.socket.send(`{"type":"ping","payload":{"lap":${'['.repeat(depth)}${']'.repeat(depth)}}}`);
    expect(await client.closed()).toEqual([4400, 'Invalid message received']);
    expect(gateway.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  test('is asked again by an event stream whose token expires: an error, and the end', async () => {
    const stream = await fetch(`${gateway.streamUrl}?query=${encodeURIComponent(ADDED)}`, {
      headers: await bearer({ exp: inSeconds(1) }),
    });
    const text = await stream.text();
    const [, data = ''] = /event: next\ndata: (.*)\n\nevent: complete\n/.exec(text) ?? [];
    expect(JSON.parse(data)).toMatchObject({
      errors: [
        { message: 'The token has expired; subscribe again with a new one.', extensions: { code: 'UNAUTHENTICATED' } },
      ],
    });
    await subgraph.untilListening(0);
  });

  test('may be nobody: without a token the connection is as good as its operations allow', async () => {
    const events = gateway.client().iterate({ query: '{ books { id } }' });
    expect(await next(events)).toHaveProperty('data');
  });
});
