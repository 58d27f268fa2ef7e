import { once } from 'node:events';
import { type IncomingHttpHeaders, type ServerResponse, createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';

/** What a fixture subgraph is made of; `resolvers` as `buildSubgraphSchema` takes them. */
export interface SubgraphDefinition {
  readonly name: string;
  readonly typeDefs: string;
  readonly resolvers: NonNullable<
    Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>['resolvers']
  >;
}

interface RecordedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: { query: string; variables?: Record<string, unknown>; operationName?: string };
}

/** Takes the place of GraphQL: answers by hand, wrongly, or never. */
export type Misbehaviour = (response: ServerResponse, request: RecordedRequest) => unknown;

export interface FixtureSubgraph {
  readonly url: string;
  readonly port: number;
  /** All GraphQL requests since the start, in order. */
  readonly requests: RecordedRequest[];
  /** Answers by `behaviour` from now on; `undefined` makes it well again. */
  misbehave(behaviour: Misbehaviour | undefined): void;
  /** Resolves when the next request has arrived. */
  nextRequest(): Promise<RecordedRequest>;
  stop(): Promise<void>;
}

/** Starts a real Federation 2 subgraph over HTTP on `port`, by default a free one. */
export async function startFixtureSubgraph(definition: SubgraphDefinition, port = 0): Promise<FixtureSubgraph> {
  const schema = buildSubgraphSchema([{ typeDefs: parse(definition.typeDefs), resolvers: definition.resolvers }]);
  const requests: RecordedRequest[] = [];
  let waiting: ((request: RecordedRequest) => void)[] = [];
  let behaviour: Misbehaviour | undefined;

  const server = createServer((incoming, response) => {
    void (async () => {
      // Who gives a request up may do so before it is there.
      const sent = await text(incoming).catch(() => undefined);
      if (!sent || !incoming.complete) return;
      const request: RecordedRequest = { headers: incoming.headers, body: JSON.parse(sent) };
      requests.push(request);
      for (const resolve of waiting.splice(0)) resolve(request);
      if (behaviour) {
        await behaviour(response, request);
        return;
      }
      const { query, variables, operationName } = request.body;
      const result = await graphql({
        schema,
        source: query,
        variableValues: variables ?? null,
        operationName: operationName ?? null,
      });
      response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
    })();
  });
  // On a busy machine what seems idle may only be slow.
  server.keepAliveTimeout = 60_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const taken = typeof address === 'object' && address ? address.port : 0;

  return {
    url: `http://127.0.0.1:${taken}/graphql`,
    port: taken,
    requests,
    misbehave(next) {
      behaviour = next;
    },
    nextRequest: () => new Promise((resolve) => waiting.push(resolve)),
    async stop() {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      waiting = [];
    },
  };
}
