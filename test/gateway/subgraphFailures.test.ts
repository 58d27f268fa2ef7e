import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Misbehaviour } from '../support/fixtureSubgraph.js';
import { type TestGateway, ask, startGateway } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';

const ASK_ALL = '{ book(id: "1") { title copies stars } openUntil }';
const WITHOUT_DESK = { book: { title: 'Emma', copies: null, stars: 1.5 }, openUntil: null };

/** The errors of a request for which the lending desk brought nothing: one for its root field, one for its entities. */
function deskIsLost(message: string, requestId: string): unknown[] {
  const extensions = { code: 'SERVICE_UNAVAILABLE', service: 'lending-desk', requestId };
  return [
    { message, path: ['openUntil'], extensions },
    { message, path: ['book'], extensions },
  ];
}

function says(status: number, body: string, type = 'application/json'): Misbehaviour {
  return (response) => response.writeHead(status, { 'content-type': type }).end(body);
}

/** However much fails, the subgraph is asked: the circuit has tests of its own. */
const UNRESTED = { subgraphTimeoutMs: 300, subgraphResponseBytes: 10_000, failuresBeforeRest: 1_000 };

describe('a subgraph that fails costs its own fields only', () => {
  let library: Library;
  let gateway: TestGateway;

  beforeAll(async () => {
    library = await startLibrary();
    gateway = await startGateway(library.file, { limits: UNRESTED });
  });

  afterEach(() => {
    library.desk.misbehave(undefined);
    library.books.misbehave(undefined);
  });

  afterAll(async () => {
    await gateway.stop();
    await library.stop();
  });

  const failures: [what: string, misbehaviour: Misbehaviour, message: string][] = [
    ['hangs up', (response) => response.destroy(), 'could not be reached'],
    ['never answers', () => undefined, 'did not answer in time'],
    [
      'stops in the middle of its answer',
      (response) => response.writeHead(200).write('{"data":'),
      'did not answer in time',
    ],
    ['answers 500', says(500, 'stack of /srv/desk.js'), 'refused the request'],
    [
      'answers 500 in GraphQL, without a reason',
      says(500, '{"errors":[{"message":"db at 10.0.0.1"}]}'),
      'refused the request',
    ],
    ['answers 404', says(404, 'nothing here'), 'refused the request'],
    [
      'redirects',
      (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'refused the request',
    ],
    ['answers HTML', says(200, '<html>', 'text/html'), 'gave an answer that is not GraphQL'],
    ['answers half of its JSON', says(200, '{"data":{"openUntil'), 'gave an answer that is not GraphQL'],
    ['answers JSON that is not GraphQL', says(200, '[1]'), 'gave an answer that is not GraphQL'],
    ['answers data of the wrong kind', says(200, '{"data":"yes"}'), 'gave an answer that is not GraphQL'],
    [
      'answers too much',
      says(200, JSON.stringify({ data: { openUntil: 'x'.repeat(20_000) } })),
      'gave an answer that is too large',
    ],
  ];

  test.each(failures)('one that %s', async (_what, misbehaviour, message) => {
    library.desk.misbehave(misbehaviour);
    const { status, data, errors } = await ask(gateway.url, ASK_ALL, { headers: { 'x-request-id': 'r1' } });
    expect(status).toBe(200);
    expect(data).toEqual(WITHOUT_DESK);
    expect(errors).toHaveLength(2);
    expect(errors).toEqual(expect.arrayContaining(deskIsLost(`The subgraph "lending-desk" ${message}.`, 'r1')));
  });

  test('a wrong number of entities is no answer', async () => {
    library.desk.misbehave((response) =>
      response.end('{"data":{"_entities":[{"copies":1},{"copies":2},{"copies":3}]}}'),
    );
    const { data, errors } = await ask(gateway.url, '{ book(id: "1") { title copies } }');
    expect(data).toEqual({ book: { title: 'Emma', copies: null } });
    expect(errors).toEqual([
      {
        message: 'The subgraph "lending-desk" gave an answer that is not GraphQL.',
        path: ['book'],
        extensions: { code: 'SERVICE_UNAVAILABLE', service: 'lending-desk', requestId: expect.any(String) },
      },
    ]);
  });

  test('a bare 401 says that the caller is the reason', async () => {
    library.desk.misbehave((response) => response.writeHead(401).end());
    const { errors } = await ask(gateway.url, '{ openUntil }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED', service: 'lending-desk' });
  });

  test('a query is given up upstream when its caller goes away, a mutation is not', async () => {
    const patient = await startGateway(library.file);
    let queryClosed: (() => void) | undefined;
    const givenUp = new Promise<void>((resolve) => (queryClosed = resolve));
    library.desk.misbehave((response) => response.once('close', () => queryClosed?.()));
    let mutation: ServerResponse | undefined;
    library.books.misbehave((response) => (mutation = response));

    const caller = new AbortController();
    const arrived = Promise.all([library.books.nextRequest(), library.desk.nextRequest()]);
    const left = Promise.allSettled([
      ask(patient.url, 'mutation { addBook(title: "Persuasion") { title } }', { signal: caller.signal }),
      ask(patient.url, '{ openUntil }', { signal: caller.signal }),
    ]);
    await arrived;
    caller.abort();
    expect((await left).map(({ status }) => status)).toEqual(['rejected', 'rejected']);

    await givenUp;
    expect(patient.log).toContainEqual(expect.objectContaining({ level: 20, reason: 'abandoned' }));
    // Both callers left at once, so the mutation would have been given up by now as well.
    const finished = once(mutation ?? new EventEmitter(), 'finish');
    mutation?.end('{"data":{"addBook":{"title":"Persuasion"}}}');
    await finished;
    await patient.stop();
    expect(patient.log.filter(({ reason }) => reason)).toHaveLength(1);
  });
});

describe('a subgraph that is not there costs its own fields only', () => {
  let library: Library;
  let gateway: TestGateway;

  beforeAll(async () => {
    library = await startLibrary();
    gateway = await startGateway(library.file, { limits: UNRESTED });
    await library.desk.stop();
  });

  afterAll(async () => {
    await gateway.stop();
    await library.stop();
  });

  test('is named, and its address is not', async () => {
    const { data, errors, headers } = await ask(gateway.url, ASK_ALL);
    expect(data).toEqual(WITHOUT_DESK);
    const requestId = headers.get('x-request-id') ?? '';
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(errors).toEqual(
      expect.arrayContaining(deskIsLost('The subgraph "lending-desk" could not be reached.', requestId)),
    );
    expect(JSON.stringify(errors)).not.toContain(String(library.desk.port));
    expect(gateway.log).toContainEqual(
      expect.objectContaining({
        level: 40,
        requestId,
        service: 'lending-desk',
        reason: 'unreachable',
        detail: 'ECONNREFUSED',
      }),
    );
  });

  test('a list loses one thing and gets one error, however long it is', async () => {
    const { data, errors } = await ask(gateway.url, '{ books { title copies } }');
    expect(data).toEqual({
      books: [
        { title: 'Emma', copies: null },
        { title: 'Middlemarch', copies: null },
      ],
    });
    expect(errors).toHaveLength(1);
    expect(errors?.[0]).toMatchObject({ path: ['books'], extensions: { service: 'lending-desk' } });
  });

  test('each root field of a lost fetch has its own error, by its alias, and a skipped one has none', async () => {
    const { errors } = await ask(
      gateway.url,
      'query ($no: Boolean!) { until: openUntil ...More skipped: openUntil @include(if: $no) } fragment More on Query { other: openUntil }',
      { variables: { no: false } },
    );
    expect(errors?.map(({ path }) => path)).toEqual([['until'], ['other']]);
  });

  test('a field that may not be null takes its parent with it, as GraphQL says', async () => {
    const { data, errors } = await ask(gateway.url, '{ deskName openUntil }');
    expect(data).toBeNull();
    expect(errors?.map(({ path }) => path)).toEqual([['deskName'], ['openUntil']]);
  });
});
