import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { readConfig } from '../../gateway/config.js';
import { readOperations } from '../../gateway/operations/readOperations.js';
import { type TestGateway, ask, startGateway } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';

const BOOK = `# Which book it is.
query Book($id: ID!) {
  book(id: $id) { ...Titled }
}
fragment Titled on Book { id title }
`;

function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function byId(text: string): { extensions: Record<string, unknown> } {
  return { extensions: { persistedQuery: { version: 1, sha256Hash: idOf(text) } } };
}

describe('with a safelist', () => {
  let library: Library;
  let folder: string;
  /** The gateways that refuse what is not in the folder, and that log it. */
  let requiring: TestGateway;
  let logging: TestGateway;

  beforeAll(async () => {
    library = await startLibrary();
    folder = join(dirname(library.file), 'operations');
    await mkdir(join(folder, 'desk'), { recursive: true });
    await writeFile(join(folder, 'book.graphql'), BOOK);
    await writeFile(join(folder, 'desk', 'desk.graphql'), 'query Desk { deskName } query Gone { closedSince }');
    const start = (mode: 'require' | 'log'): Promise<TestGateway> =>
      startGateway(library.file, { safelist: { mode, folder }, introspection: false });
    [requiring, logging] = await Promise.all([start('require'), start('log')]);
  });

  afterAll(async () => {
    await Promise.all([requiring.stop(), logging.stop()]);
    await library.stop();
  });

  const variables = { id: '1' };

  test('an operation of its files is answered, however it is laid out and whatever __typename a client adds', async () => {
    const asSent = `fragment Titled on Book {id title __typename} query Book($id:ID!) {book(id:$id){...Titled __typename}}`;
    expect(await ask(requiring.url, asSent, { variables })).toMatchObject({
      data: { book: { id: '1', title: 'Emma', __typename: 'Book' } },
    });
    expect((await ask(requiring.url, 'query Desk { deskName }')).data).toEqual({ deskName: 'North' });
  });

  test('any other is refused with 403 and no subgraph is asked, also one that only has the name of a known one', async () => {
    const before = library.desk.requests.length;
    for (const query of ['{ openUntil }', 'query Desk { deskName openUntil }', 'query Desk { d: deskName }']) {
      const { status, errors } = await ask(requiring.url, query);
      expect([status, errors?.[0]?.extensions?.['code']]).toEqual([403, 'OPERATION_NOT_SAFELISTED']);
    }
    const client = createClient({ url: requiring.url.replace('http', 'ws'), webSocketImpl: WebSocket });
    await expect(client.iterate({ query: 'subscription { bookAdded { id } }' }).next()).rejects.toMatchObject([
      { extensions: { code: 'OPERATION_NOT_SAFELISTED' } },
    ]);
    await client.dispose();
    expect(library.desk.requests).toHaveLength(before);
  });

  test('a client may send the SHA-256 alone, and can register none of its own', async () => {
    const post = async (body: Record<string, unknown>, path = ''): Promise<string> => {
      const response = await fetch(requiring.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return response.text();
    };
    expect(await post({ ...byId(BOOK), variables })).toContain('"title":"Emma"');
    expect(await post({ ...byId(BOOK), variables }, '/stream')).toContain('"title":"Emma"');
    const client = createClient({ url: requiring.url.replace('http', 'ws'), webSocketImpl: WebSocket });
    const { value } = await client.iterate({ query: '', ...byId(BOOK), variables }).next();
    expect(value).toMatchObject({ data: { book: { title: 'Emma' } } });
    await client.dispose();

    const own = '{ openUntil }';
    expect(await post(byId(own))).toContain('PERSISTED_QUERY_NOT_FOUND');
    expect(await post({ ...byId(own), query: own })).toContain('OPERATION_NOT_SAFELISTED');
    expect(await post(byId(own))).toContain('PERSISTED_QUERY_NOT_FOUND');
  });

  test('that only logs, each unknown operation is answered, and logged once', async () => {
    const from = logging.log.length;
    await ask(logging.url, 'query Own { openUntil }');
    expect((await ask(logging.url, 'query Own { openUntil  }')).data).toEqual({ openUntil: '18:00' });
    const lines = logging.log.slice(from).filter(({ msg }) => msg === 'an operation is not in the safelist');
    expect(lines).toMatchObject([{ operationName: 'Own' }]);
  });

  test('a known operation that does not fit the graph is named when the gateway starts', async () => {
    expect(requiring.log).toContainEqual(
      expect.objectContaining({
        place: join(folder, 'desk', 'desk.graphql:1'),
        reason: expect.stringContaining('closedSince'),
      }),
    );
  });

  test('the schema is not told, nor guessed at in errors', async () => {
    const asked = await ask(logging.url, '{ __schema { types { name } } }');
    expect(asked.errors?.[0]?.extensions?.['code']).toBe('INTROSPECTION_DISABLED');
    const guessed = await ask(logging.url, '{ deskNam }');
    expect(guessed.errors?.[0]?.message).toBe('Cannot query field "deskNam" on type "Query".');
    expect((await ask(logging.url, '{ __typename }')).data).toEqual({ __typename: 'Query' });
    expect((await fetch(new URL('/', logging.url))).status).toBe(404);
  });
});

describe('a folder of operations', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'customer360-operations-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  test.each([
    ['is not GraphQL', { 'a.graphql': 'query A {\n  a\n' }, 'a.graphql:3 is not GraphQL'],
    ['has two operations of one name', { 'a.graphql': 'query A { a }', 'b.graphql': '\nquery A { b }' }, 'b.graphql:2'],
    ['uses a fragment that is nowhere', { 'a.graphql': 'query A { ...F }' }, 'the fragment "F", which no file'],
    ['holds a schema', { 'a.graphql': 'type Query { a: Int }' }, 'a.graphql:1 is no operation'],
  ])('that %s stops the start, with the place', async (_what, files, reason) => {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    await expect(readOperations(folder)).rejects.toThrow(reason);
  });

  test('may keep fragments in files of their own', async () => {
    await writeFile(join(folder, 'a.graphql'), 'query A { ...F }');
    await writeFile(join(folder, 'f.graphql'), 'fragment F on Query { a }');
    expect((await readOperations(folder)).map(({ texts }) => texts[0])).toEqual([
      'query A {\n  ...F\n}\n\nfragment F on Query {\n  a\n}',
    ]);
  });
});

function readModes(args: string[], env: Record<string, string>): unknown {
  const config = readConfig(['--auth', 'off', ...args], env);
  return config === 'help' ? undefined : [config.safelist.mode, config.introspection];
}

test('in production only known operations are answered and the schema is not told, unless it is said otherwise', () => {
  expect(readModes([], {})).toEqual(['off', true]);
  expect(readModes([], { NODE_ENV: 'production' })).toEqual(['require', false]);
  expect(readModes(['--safelist', 'log', '--introspection', 'on'], { NODE_ENV: 'production' })).toEqual(['log', true]);
});
