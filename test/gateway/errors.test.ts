import { MASKED_MESSAGE } from '../../gateway/errors/presentError.js';
import { type TestGateway, ask, startGateway } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';

describe('the errors that a client reads', () => {
  let library: Library;
  let gateway: TestGateway;

  beforeAll(async () => {
    library = await startLibrary();
    gateway = await startGateway(library.file);
  });

  afterAll(async () => {
    await gateway.stop();
    await library.stop();
  });

  beforeEach(() => {
    gateway.log.length = 0;
    library.books.misbehave(undefined);
  });

  const headers = { 'x-request-id': 'r7' };

  test("a subgraph's own error keeps its message, code, path and details, and gets the subgraph's name", async () => {
    const { data, errors } = await ask(
      gateway.url,
      '{ f: failWith(code: "CONFLICT", message: "Somebody was faster.") }',
      {
        headers,
      },
    );
    expect(data).toEqual({ f: null });
    expect(errors).toEqual([
      {
        message: 'Somebody was faster.',
        path: ['f'],
        extensions: { code: 'CONFLICT', argument: 'code', service: 'books', requestId: 'r7' },
      },
    ]);
  });

  test('an error below an entity has its path in the whole answer', async () => {
    const { errors } = await ask(gateway.url, '{ books { title lentTo: borrower } }');
    expect(errors?.map(({ path, extensions }) => [path, extensions?.['code']])).toEqual([
      [['books', 0, 'lentTo'], 'SHELF_CLOSED'],
      [['books', 1, 'lentTo'], 'SHELF_CLOSED'],
    ]);
  });

  test.each([
    ['without a code', '{ failWith(message: "password of 10.0.0.7 is wrong") }'],
    ['INTERNAL_SERVER_ERROR', '{ failWith(code: "INTERNAL_SERVER_ERROR", message: "password of 10.0.0.7 is wrong") }'],
    [
      'GRAPHQL_VALIDATION_FAILED',
      '{ failWith(code: "GRAPHQL_VALIDATION_FAILED", message: "password of 10.0.0.7 is wrong") }',
    ],
  ])(
    'what a subgraph did not foresee (%s) is masked, and the log says where under the request id, and not what',
    async (_what, query) => {
      const { errors } = await ask(gateway.url, query, { headers });
      expect(errors).toEqual([
        {
          message: MASKED_MESSAGE,
          path: ['failWith'],
          extensions: { code: 'INTERNAL_SERVER_ERROR', service: 'books', requestId: 'r7' },
        },
      ]);
      expect(gateway.log).toContainEqual(
        expect.objectContaining({ level: 50, requestId: 'r7', service: 'books', path: 'failWith' }),
      );
      expect(JSON.stringify(gateway.log)).not.toContain('password');
    },
  );

  test('a value that does not fit the schema is null, with an error that is masked, and logged', async () => {
    library.books.misbehave((response) => response.end('{"data":{"books":{"id":"1"}}}'));
    const { status, data, errors } = await ask(gateway.url, '{ books { copies } }', { headers });
    expect(status).toBe(200);
    expect(data).toBeNull();
    expect(errors).toEqual([
      {
        message: MASKED_MESSAGE,
        path: ['books'],
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'r7' },
      },
    ]);
    expect(gateway.log).toContainEqual(
      expect.objectContaining({
        level: 50,
        requestId: 'r7',
        err: expect.objectContaining({ message: 'Expected a list for field Query.books.' }),
      }),
    );
  });

  test("a subgraph's error of the whole request points at the field that it cost", async () => {
    library.books.misbehave((response) =>
      response.writeHead(400).end('{"errors":[{"message":"No such day.","extensions":{"code":"BAD_USER_INPUT"}}]}'),
    );
    const { errors } = await ask(gateway.url, '{ books { title } }');
    expect(errors).toMatchObject([
      { message: 'No such day.', path: ['books'], extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test.each<[string, string, Record<string, unknown>, object?]>([
    ['{ books { title }', 'GRAPHQL_PARSE_FAILED', {}],
    ['{ books { price } }', 'GRAPHQL_VALIDATION_FAILED', {}],
    ['query ($id: ID!) { book(id: $id) { title } }', 'BAD_USER_INPUT', { id: { not: 'an id' } }, { argument: 'id' }],
    ['query A { openUntil } query B { openUntil }', 'OPERATION_RESOLUTION_FAILURE', {}],
    ['subscription { bookAdded { title } }', 'BAD_REQUEST', {}],
    ['', 'BAD_REQUEST', {}],
  ])('%s is refused with 400 and %s', async (query, code, variables, more = {}) => {
    const accept = 'application/graphql-response+json';
    const { status, errors } = await ask(gateway.url, query, { variables, headers: { ...headers, accept } });
    expect(status).toBe(400);
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.extensions).toEqual({ code, ...more, requestId: 'r7' });
    expect(errors?.[0]?.message).not.toBe(MASKED_MESSAGE);
    expect(JSON.stringify(gateway.log)).not.toContain('an id');
  });

  test('a request that failed leaves one warning, without its variables and without messages', async () => {
    await ask(gateway.url, 'query Q($m: String!) { failWith(code: "CONFLICT", message: $m) }', {
      variables: { m: 'ada@example.com' },
      headers,
    });
    expect(gateway.log.filter(({ level }) => Number(level) >= 40)).toEqual([
      expect.objectContaining({
        level: 40,
        requestId: 'r7',
        operationName: 'Q',
        failures: [{ code: 'CONFLICT', service: 'books', path: 'failWith' }],
      }),
    ]);
    expect(JSON.stringify(gateway.log)).not.toContain('ada@example.com');
  });
});
