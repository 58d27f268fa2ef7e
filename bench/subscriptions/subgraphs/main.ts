import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { PRICES_SDL } from '../schema.js';

/** Both subgraphs of the benchmark of subscriptions; `POST /emit` at `control` makes events, `GET /listening` counts who listens. */

const DESCRIPTION = 'It does what it says, quietly, for years; the handle is oiled beech. '.repeat(4);

interface Price {
  readonly id: string;
  readonly price: number;
  readonly at: number;
}

/** Events that wait for one listener. */
class Listener implements AsyncIterableIterator<{ priceChanged: Price }, undefined> {
  readonly #events: Price[] = [];
  #wake: (() => void) | undefined;
  #over = false;

  constructor(private readonly others: Set<Listener>) {
    others.add(this);
  }

  push(price: Price): void {
    this.#events.push(price);
    this.#wake?.();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<{ priceChanged: Price }, undefined>> {
    while (!this.#over) {
      const price = this.#events.shift();
      if (price) return { done: false, value: { priceChanged: price } };
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<{ priceChanged: Price }, undefined>> {
    this.#over = true;
    this.others.delete(this);
    this.#wake?.();
    return { done: true, value: undefined };
  }
}

const listeners = new Map<string, Set<Listener>>();

function listenersOf(product: string): Set<Listener> {
  const known = listeners.get(product) ?? new Set();
  listeners.set(product, known);
  return known;
}

const schema = buildSubgraphSchema({
  typeDefs: parse(PRICES_SDL),
  resolvers: {
    Subscription: {
      priceChanged: {
        subscribe: (_root: unknown, { product }: { product?: string }) => new Listener(listenersOf(product ?? 'any')),
      },
    },
  },
});

interface DetailsRequest {
  readonly variables: Readonly<Record<string, readonly { readonly id: string }[]>>;
  readonly query: string;
}

/** Answers `_entities` without GraphQL: the subgraphs are not what is measured. */
const answerDetails: RequestListener = (request, response) => {
  void (async () => {
    const { variables } = (await json(request)) as DetailsRequest;
    const [representations = []] = Object.values(variables);
    const entities = representations.map(({ id }) => ({
      __typename: 'Product',
      id,
      name: `Product ${id}`,
      description: DESCRIPTION,
      inStock: true,
    }));
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { _entities: entities } }));
  })();
};

const control: RequestListener = (request, response) => {
  void (async () => {
    if (request.url === '/listening') {
      const count = [...listeners.values()].reduce((sum, of) => sum + of.size, 0);
      response.end(JSON.stringify(count));
      return;
    }
    for (const product of (await json(request)) as string[]) {
      const price = { id: product, price: 42, at: performance.timeOrigin + performance.now() };
      for (const listener of listenersOf(product)) listener.push(price);
    }
    response.end();
  })();
};

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/graphql`;
}

const prices = createServer((_request, response) => response.end('{}'));
useServer({ schema }, new WebSocketServer({ server: prices, path: '/graphql' }));
const urls = {
  prices: await listen(prices),
  details: await listen(createServer(answerDetails)),
  control: await listen(createServer(control)),
};
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send?.({ type: 'ready', urls });
