import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, parse } from 'graphql';
import type { GraphSubgraph } from '../graphs/Graph.js';

/** What subgraphs were asked. */
export interface Counts {
  calls: number;
  /** Entities asked for, equal ones counted each time. */
  representations: number;
  /** Calls that came without the caller's Authorization: a gateway that drops it is not comparable. */
  withoutAuthorization: number;
  /** Calls that were not the same as an earlier one, so that graphql-js had to answer. */
  computed: number;
}

interface Question {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

interface Remembered {
  readonly answer: Buffer;
  readonly representations: number;
}

/** A gateway asks the same few things in each request; more than this would be a gateway that does not. */
const MOST_REMEMBERED = 5000;

/**
 * A subgraph over HTTP that costs next to nothing: graphql-js answers what is asked for the first time, and the same bytes
 * asked again get the same bytes back.
 */
export class MemorySubgraph {
  readonly #server: Server;
  readonly #schema;
  readonly #remembered = new Map<string, Remembered>();

  /** @param counts is added to */
  constructor(
    readonly definition: GraphSubgraph,
    readonly counts: Counts,
  ) {
    const { sdl, resolvers } = definition;
    this.#schema = buildSubgraphSchema([{ typeDefs: parse(sdl), ...(resolvers && { resolvers }) }]);
    this.#server = createServer((request, response) => {
      text(request).then(
        (body) => this.#reply(body, request.headers.authorization, response),
        () => response.destroy(),
      );
    });
    // A gateway keeps its connections for as long as the benchmark runs.
    this.#server.keepAliveTimeout = 0;
  }

  /** @returns the GraphQL address, on a free port */
  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/graphql`;
  }

  async #reply(body: string, authorization: string | undefined, response: ServerResponse): Promise<void> {
    const known = this.#remembered.get(body) ?? (await this.#compute(body));
    this.counts.calls += 1;
    this.counts.representations += known.representations;
    if (authorization === undefined) this.counts.withoutAuthorization += 1;
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': known.answer.length })
      .end(known.answer);
  }

  async #compute(body: string): Promise<Remembered> {
    this.counts.computed += 1;
    const { query, variables, operationName } = JSON.parse(body) as Question;
    const result = await execute({
      schema: this.#schema,
      document: parse(query),
      variableValues: variables ?? null,
      operationName: operationName ?? null,
      fieldResolver: this.definition.resolveField ?? null,
    });
    if (result.errors) console.error(`${this.definition.name}: ${result.errors.map(String).join('; ')}\n${query}`);
    const lists = Object.values(variables ?? {}).filter((value) => Array.isArray(value));
    const remembered = {
      answer: Buffer.from(JSON.stringify(result)),
      representations: lists.flat().filter((value) => value?.__typename !== undefined).length,
    };
    if (this.#remembered.size < MOST_REMEMBERED) this.#remembered.set(body, remembered);
    return remembered;
  }
}
