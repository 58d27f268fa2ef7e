import { type GatewayProcess, ask, runGateway, untilReady } from '../support/fixtureGateway.js';
import { startFixtureSubgraph } from '../support/fixtureSubgraph.js';
import { LIBRARY, type Library, startLibrary } from '../support/fixtureSupergraph.js';

const EVERYTHING = '{ books { title copies stars } openUntil }';
const EVERYTHING_ANSWERED = {
  books: [
    { title: 'Emma', copies: 10, stars: 1.5 },
    { title: 'Middlemarch', copies: 20, stars: 2.5 },
  ],
  openUntil: '18:00',
};

describe("the gateway serves other people's supergraphs", () => {
  let library: Library;
  let gateway: GatewayProcess | undefined;

  beforeEach(async () => {
    library = await startLibrary();
    gateway = undefined;
  });

  afterEach(async () => {
    gateway?.child.kill('SIGKILL');
    await gateway?.exited;
    await library.stop();
  });

  async function serve(args: string[] = [], env: Record<string, string> = {}): Promise<string> {
    gateway = runGateway(['--supergraph', library.file, '--port', '0', '--auth', 'off', ...args], {
      supervised: true,
      env,
    });
    return untilReady(gateway);
  }

  test('joins the fields of all subgraphs, by POST and by GET', async () => {
    const url = await serve();
    const posted = await ask(url, EVERYTHING);
    expect(posted).toMatchObject({ status: 200, data: EVERYTHING_ANSWERED });
    expect(posted.errors).toBeUndefined();

    const got = await fetch(`${url}?query=${encodeURIComponent(EVERYTHING)}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    expect(await got.json()).toEqual({ data: EVERYTHING_ANSWERED });

    const written = await ask(url, 'mutation ($title: String!) { addBook(title: $title) { id title copies } }', {
      variables: { title: 'Persuasion' },
    });
    expect(written.data).toEqual({ addBook: { id: '3', title: 'Persuasion', copies: 30 } });
  });

  test('introspection tells the schema without the federation behind it', async () => {
    const url = await serve();
    const { data } = await ask(url, '{ __schema { queryType { fields { name } } types { name } } }');
    const text = JSON.stringify(data);
    expect(text).toContain('"books"');
    expect(text).not.toContain('join__');
  });

  test('starts with every subgraph down, and finds one again without a restart', async () => {
    await Promise.all([library.books.stop(), library.desk.stop(), library.reviews.stop()]);
    const url = await serve();
    const down = await ask(url, '{ openUntil }');
    expect(down.data).toEqual({ openUntil: null });
    expect(down.errors?.[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE', service: 'lending-desk' });

    const desk = LIBRARY[1];
    if (!desk) throw new Error('no lending-desk');
    const back = await startFixtureSubgraph(desk, library.desk.port);
    try {
      const up = await ask(url, '{ openUntil }');
      expect(up).toMatchObject({ status: 200, data: { openUntil: '18:00' } });
      expect(up.errors).toBeUndefined();
    } finally {
      await back.stop();
    }
  });

  test('<NAME>_URL moves a subgraph, with the name in capitals and underscores', async () => {
    const desk = LIBRARY[1];
    if (!desk) throw new Error('no lending-desk');
    const moved = await startFixtureSubgraph(desk);
    try {
      const url = await serve([], { LENDING_DESK_URL: moved.url });
      expect((await ask(url, '{ openUntil }')).data).toEqual({ openUntil: '18:00' });
      expect(moved.requests).toHaveLength(1);
      expect(library.desk.requests).toHaveLength(0);
    } finally {
      await moved.stop();
    }
  });

  test('passes on the request id and the authorization of the caller, and nothing else', async () => {
    const url = await serve();
    await ask(url, '{ openUntil }', {
      headers: { 'x-request-id': 'order-66', authorization: 'Bearer mine', cookie: 'session=1', 'x-secret': 'no' },
    });
    const headers = library.desk.requests[0]?.headers;
    expect(headers).toMatchObject({ 'x-request-id': 'order-66', authorization: 'Bearer mine' });
    expect(headers).not.toHaveProperty('cookie');
    expect(headers).not.toHaveProperty('x-secret');
  });
});
