import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import { pino } from 'pino';
import { EVERYONE } from '../../gateway/access/everyone.js';
import { UNNAMED_CLIENT } from '../../gateway/http/clientApplication.js';
import { ServedGraph } from '../../gateway/apollo/ServedGraph.js';
import { admitRequests } from '../../gateway/apollo/admitRequests.js';
import { stringifyAnswer } from '../../gateway/apollo/stringifyAnswer.js';
import type { RequestContext } from '../../gateway/http/RequestContext.js';
import { DEFAULT_LIMITS } from '../../gateway/limits/limits.js';
import { SupergraphLifecycle } from '../../gateway/supergraph/SupergraphLifecycle.js';
import { OperationRate } from '../../gateway/limits/OperationRate.js';
import { OperationDoor } from '../../gateway/operations/OperationDoor.js';
import { PersistedTexts } from '../../gateway/operations/PersistedTexts.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';

const QUERY = '{ books { id title stars } }';
const ANSWER = {
  books: [
    { id: '1', title: 'Emma', stars: 1.5 },
    { id: '2', title: 'Middlemarch', stars: 2.5 },
  ],
};

describe("Apollo Server's own features, over our engine", () => {
  let library: Library;
  let lifecycle: SupergraphLifecycle;

  beforeEach(async () => {
    library = await startLibrary();
    const logger = pino({ level: 'silent' });
    lifecycle = await SupergraphLifecycle.load({
      file: library.file,
      subgraphUrls: {},
      limits: DEFAULT_LIMITS,
      rules: { introspection: true },
      logger,
    });
  });

  afterEach(async () => {
    await lifecycle.stop();
    await library.stop();
  });

  /** The text that is sent, with this plugin in between. */
  async function sent(
    query: string,
    plugin: ApolloServerPlugin<RequestContext>,
    options: Partial<ConstructorParameters<typeof ApolloServer<RequestContext>>[0]> = {},
  ): Promise<string> {
    const { engine, supergraph } = lifecycle.served;
    const rate = new OperationRate({ perSecond: 0, burst: 1 });
    const door = new OperationDoor(rate, new PersistedTexts(undefined), pino({ level: 'silent' }));
    const server = new ApolloServer<RequestContext>({
      gateway: new ServedGraph({ apiSchema: engine.apiSchema, supergraphSdl: supergraph.sdl }),
      plugins: [admitRequests(door), plugin],
      stopOnTerminationSignals: false,
      formatError: options.formatError ?? ((error) => error),
    });
    await server.start();
    const contextValue = {
      requestId: 'r1',
      caller: EVERYONE,
      address: '127.0.0.1',
      client: UNNAMED_CLIENT,
      authorization: undefined,
      lease: lifecycle.lease(),
      signal: new AbortController().signal,
    };
    const { body } = await server.executeOperation({ query }, { contextValue });
    await server.stop();
    if (body.kind !== 'single') throw new Error('the gateway answers in one piece');
    return stringifyAnswer(body.singleResult);
  }

  test('a plugin reads the data, and the answer stays as it was', async () => {
    let seen: unknown;
    const text = await sent(QUERY, {
      requestDidStart: async () => ({
        async willSendResponse({ response: { body } }) {
          if (body.kind === 'single') seen = structuredClone({ ...body.singleResult.data });
        },
      }),
    });
    expect(seen).toEqual(ANSWER);
    expect(JSON.parse(text)).toEqual({ data: ANSWER });
  });

  test('a plugin changes the data in place, or replaces it, and that is sent', async () => {
    const inPlace = await sent(QUERY, {
      requestDidStart: async () => ({
        async willSendResponse({ response: { body } }) {
          if (body.kind === 'single' && body.singleResult.data) body.singleResult.data['books'] = [];
        },
      }),
    });
    expect(JSON.parse(inPlace)).toEqual({ data: { books: [] } });

    const deep = await sent(QUERY, {
      requestDidStart: async () => ({
        async willSendResponse({ response: { body } }) {
          const data: { books?: { title: string }[] } = (body.kind === 'single' && body.singleResult.data) || {};
          for (const book of data.books ?? []) book.title = 'masked';
        },
      }),
    });
    expect(JSON.parse(deep)).toMatchObject({ data: { books: [{ title: 'masked' }, { title: 'masked' }] } });

    const replaced = await sent(QUERY, {
      requestDidStart: async () => ({
        async willSendResponse({ response: { body } }) {
          if (body.kind === 'single') body.singleResult = { data: { other: 1 }, extensions: { cost: 2 } };
        },
      }),
    });
    expect(JSON.parse(replaced)).toEqual({ data: { other: 1 }, extensions: { cost: 2 } });
  });

  test('a plugin adds extensions, and answers in the place of the engine', async () => {
    const extended = await sent(QUERY, {
      requestDidStart: async () => ({
        async willSendResponse({ response: { body } }) {
          if (body.kind === 'single') body.singleResult.extensions = { cost: 3 };
        },
      }),
    });
    expect(JSON.parse(extended)).toEqual({ data: ANSWER, extensions: { cost: 3 } });

    library.books.requests.length = 0;
    const instead = await sent(QUERY, {
      requestDidStart: async () => ({
        responseForOperation: async () => ({
          http: { status: 200, headers: new HeaderMap() },
          body: { kind: 'single', singleResult: { data: { books: null } } },
        }),
      }),
    });
    expect(JSON.parse(instead)).toEqual({ data: { books: null } });
    expect(library.books.requests).toHaveLength(0);
  });

  test('formatError sees each error of a subgraph, and didEncounterErrors all of them', async () => {
    const formatted: unknown[] = [];
    let encountered = 0;
    const text = await sent(
      '{ books { borrower } }',
      {
        requestDidStart: async () => ({
          async didEncounterErrors({ errors }) {
            encountered += errors.length;
          },
        }),
      },
      {
        formatError(error) {
          formatted.push(error.extensions?.['code']);
          return { message: 'formatted' };
        },
      },
    );
    expect(formatted).toEqual(['SHELF_CLOSED', 'SHELF_CLOSED']);
    expect(encountered).toBe(2);
    expect(JSON.parse(text)).toEqual({
      errors: [{ message: 'formatted' }, { message: 'formatted' }],
      data: { books: [{ borrower: null }, { borrower: null }] },
    });
  });
});
