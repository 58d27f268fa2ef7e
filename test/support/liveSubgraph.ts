import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, graphql, parse } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { RESUMABLE, SUBSCRIBE_EXTENSIONS } from '../../schema/contract.js';
import { Source } from './Source.js';
import { federation } from './fixtureSupergraph.js';

/** A subscription as the subgraph was asked for it. */
interface UpstreamSubscribe {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly operationName: string | undefined;
  /** The text of the variables that is signed. */
  readonly signedVariables: unknown;
}

/** A subgraph whose events the test makes: real HTTP, real WebSockets. */
export interface LiveSubgraph {
  readonly url: string;
  readonly port: number;
  /** Every subscribe message since the start, in order. */
  readonly subscribes: readonly UpstreamSubscribe[];
  /** The payload of every `connection_init` since the start, in order. */
  readonly connectionParams: readonly Readonly<Record<string, unknown>>[];
  /** How many sources of events are listened to now. */
  readonly listening: number;
  /** How many event streams are open now. */
  readonly streams: number;
  /** New event streams are silent from now on. */
  silence(): void;
  /** How many WebSockets are open now. */
  readonly sockets: number;
  /** How many HTTP requests came. */
  readonly requests: number;
  /** Resolves once so many sources are listened to. */
  untilListening(count: number): Promise<void>;
  /** Resolves once so many subscribe messages have come since the start. */
  untilSubscribes(count: number): Promise<void>;
  /** Resolves once so many WebSockets are open. */
  untilSockets(count: number): Promise<void>;
  /** Makes an event of the field `bookAdded`, for those who listen now. */
  addBook(book: { id: string; title?: string; genre?: string }): void;
  /** Writes an entry of the field `journal`: who comes later can ask for what is behind a cursor. */
  write(note: string): void;
  /** Ends all subscriptions from this side. */
  complete(): void;
  /**
   * From now on, new subscriptions are refused with this code; undefined lets them in again.
   *
   * @param by an `error` message, by default, or an answer without data
   */
  refuse(code: string | undefined, by?: 'message' | 'answer'): void;
  /** Whether new WebSockets and event streams are answered with 401 from now on. */
  refuseSockets(refused: boolean): void;
  /** Resolves once so many WebSockets were refused since the start. */
  untilRefusedSockets(count: number): Promise<void>;
  /** Cuts all WebSockets without a word, and goes on serving. */
  cut(): void;
  stop(): Promise<void>;
}

/** What a subgraph's schema says to make `@resumable` known and composed. */
const RESUMABLE_LINK = `
  extend schema
    @link(url: "${RESUMABLE.specification}/${RESUMABLE.version}", import: ["@${RESUMABLE.name}"])
    @composeDirective(name: "@${RESUMABLE.name}")
  directive @${RESUMABLE.name}(argument: String!, cursor: String!) on FIELD_DEFINITION
`;

export const LIVE_BOOKS_SDL = `${federation('@key', '@composeDirective')}${RESUMABLE_LINK}
  type Query { books: [Book!]! }
  type Mutation { renameBook(id: ID!, title: String!): Book }
  type Subscription {
    bookAdded(genre: String): Book
    journal(after: ID, shelf: Int): JournalEntry @resumable(argument: "after", cursor: "place")
  }
  type Book @key(fields: "id") { id: ID! title: String! genre: String }
  type JournalEntry { place: ID! note: String! book: Book }`;

interface Entry {
  readonly place: string;
  readonly note: string;
}

/**
 * Starts a subgraph with `LIVE_BOOKS_SDL`.
 *
 * @param before one whose journal it goes on with, and whose port it takes unless another is wanted: a process that was started again
 */
export async function startLiveSubgraph(before?: LiveSubgraph, wanted = before?.port ?? 0): Promise<LiveSubgraph> {
  const journal: Entry[] = before ? (journals.get(before) ?? []) : [];
  const sources = new Set<Source<unknown>>();
  const books = new Set<{ source: Source<unknown>; genre: string | undefined }>();
  const readers = new Set<Source<unknown>>();
  const subscribes: UpstreamSubscribe[] = [];
  const connectionParams: Readonly<Record<string, unknown>>[] = [];
  let waiting: { met: () => boolean; resolve: () => void }[] = [];
  let refusal: { code: string; by: 'message' | 'answer' } | undefined;
  const refusalBy = (by: string): GraphQLError | undefined =>
    refusal?.by === by ? new GraphQLError('Not now.', { extensions: { code: refusal.code } }) : undefined;
  let requests = 0;

  const changed = (): void => {
    for (const one of waiting.filter(({ met }) => met())) one.resolve();
    waiting = waiting.filter(({ met }) => !met());
  };
  const until = (met: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      waiting.push({ met, resolve });
      changed();
    });
  const open = <T>(onEnd: () => void): Source<T> => {
    const source = new Source<T>(() => {
      sources.delete(source);
      onEnd();
      changed();
    });
    sources.add(source);
    changed();
    return source;
  };

  const schema = buildSubgraphSchema({
    typeDefs: parse(LIVE_BOOKS_SDL),
    resolvers: {
      Query: { books: () => [{ id: '1', title: 'Emma' }] },
      Mutation: { renameBook: (_root: unknown, { id, title }: { id: string; title: string }) => ({ id, title }) },
      Book: { __resolveReference: ({ id }: { id: string }) => ({ id, title: `Book ${id}` }) },
      Subscription: {
        bookAdded: {
          subscribe(_root: unknown, { genre }: { genre?: string }) {
            const refused = refusalBy('answer');
            if (refused) throw refused;
            const source = open<unknown>(() => books.delete(entry));
            const entry = { source, genre };
            books.add(entry);
            return source;
          },
        },
        journal: {
          subscribe(_root: unknown, { after }: { after?: string }) {
            const source = open<unknown>(() => readers.delete(source));
            const missed = after ? journal.filter(({ place }) => Number(place) > Number(after)) : [];
            for (const entry of missed) source.push({ journal: entry });
            readers.add(source);
            return source;
          },
        },
      },
    },
  });

  // It offers subscriptions as event streams too.
  const streams = new Set<ServerResponse>();
  let refusesSockets = false;
  let refusedSockets = 0;
  let heartbeats = true;
  const yoga = createYoga({
    schema,
    logging: false,
    maskedErrors: false,
    plugins: [
      {
        onParams({ params: { query = '', operationName, variables }, request }) {
          const headers = Object.fromEntries(request.headers);
          subscribes.push({ query, variables: variables ?? {}, headers, operationName, signedVariables: undefined });
          changed();
        },
      },
    ],
  });
  const server = createServer((incoming, response) => {
    if (incoming.headers.accept?.includes('text/event-stream')) {
      streams.add(response);
      response.once('close', () => {
        streams.delete(response);
        changed();
      });
      if (!heartbeats) {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
        return;
      }
      if (refusesSockets) {
        refusedSockets += 1;
        changed();
        response.writeHead(401).end();
        return;
      }
      void yoga(incoming, response);
      return;
    }
    void (async () => {
      requests += 1;
      const { query, variables } = JSON.parse(await text(incoming)) as { query: string; variables?: object };
      const result = await graphql({ schema, source: query, variableValues: { ...variables } });
      response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
    })();
  });
  const acceptor = new WebSocketServer({
    server,
    path: '/graphql',
    verifyClient() {
      if (refusesSockets) refusedSockets += 1;
      changed();
      return !refusesSockets;
    },
  });
  acceptor.on('connection', (socket) => {
    changed();
    socket.on('close', changed);
  });
  const protocol = useServer(
    {
      schema,
      onConnect: (context) => void connectionParams.push(context.connectionParams ?? {}),
      onSubscribe(_context, _id, { query, operationName, variables, extensions }) {
        const headers = extensions?.[SUBSCRIBE_EXTENSIONS.headers] as UpstreamSubscribe['headers'];
        subscribes.push({
          query,
          variables: variables ?? {},
          headers,
          operationName: operationName ?? undefined,
          signedVariables: extensions?.[SUBSCRIBE_EXTENSIONS.variables],
        });
        changed();
        const refused = refusalBy('message');
        return refused && [refused];
      },
    },
    acceptor,
  );
  server.listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  const cut = (): void => {
    for (const socket of acceptor.clients) socket.terminate();
    for (const stream of streams) stream.destroy();
  };
  const subgraph: LiveSubgraph = {
    url: `http://127.0.0.1:${port}/graphql`,
    port,
    subscribes,
    connectionParams,
    get listening() {
      return sources.size;
    },
    get sockets() {
      return acceptor.clients.size;
    },
    get streams() {
      return streams.size;
    },
    silence() {
      heartbeats = false;
    },
    get requests() {
      return requests;
    },
    untilListening: (count) => until(() => sources.size === count),
    untilSubscribes: (count) => until(() => subscribes.length >= count),
    untilSockets: (count) => until(() => acceptor.clients.size === count),
    addBook({ id, title = `Book ${id}`, genre }) {
      for (const one of books) {
        if (one.genre === undefined || one.genre === genre) one.source.push({ bookAdded: { id, title, genre } });
      }
    },
    write(note) {
      const entry = { place: String(journal.length + 1), note, book: { id: String(journal.length + 1), title: note } };
      journal.push(entry);
      for (const reader of readers) reader.push({ journal: entry });
    },
    complete() {
      for (const source of sources) source.end();
    },
    refuse(code, by = 'message') {
      refusal = code === undefined ? undefined : { code, by };
    },
    refuseSockets(refused) {
      refusesSockets = refused;
    },
    untilRefusedSockets: (count) => until(() => refusedSockets >= count),
    cut,
    async stop() {
      if (!server.listening) return;
      cut();
      await protocol.dispose();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      for (const source of sources) source.end();
    },
  };
  journals.set(subgraph, journal);
  return subgraph;
}

const journals = new WeakMap<LiveSubgraph, Entry[]>();
