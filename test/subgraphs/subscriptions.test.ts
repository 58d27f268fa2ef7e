import { once } from 'node:events';
import { GraphQLError } from 'graphql';
import {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ID,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { WebSocket } from 'ws';
import { resumptionsOf } from '../../gateway/subscriptions/resumption.js';
import { compose } from '../../schema/compose.js';
import { buildSubgraph } from '../../subgraphs/kit/serve/buildSubgraph.js';
import { defineSubgraph } from '../../subgraphs/kit/serve/defineSubgraph.js';
import type { BatchRead, RequestContext } from '../../subgraphs/kit/serve/RequestContext.js';
import { gatewaySocket, type GatewaySocket } from '../support/asGateway.js';
import { Source } from '../support/Source.js';
import { nextAnswer as next } from '../support/liveGateway.js';
import { type TestSubgraph, startTestSubgraph } from '../support/startTestSubgraph.js';

/** What the subgraph's database would hold. */
let price = 0;
let sources: Set<Source<{ place: string }>>;
const readPrice: BatchRead<number> = async (_database, keys) => keys.map(() => price);

@ObjectType({ description: 'A moment on the market.' })
class Tick {
  @Field(() => ID, { description: 'Where it is among the others.' })
  place: string;
}

@Resolver(() => Tick)
class TickerResolver {
  @Query(() => Int, { description: 'The price now.' })
  price(): number {
    return price;
  }

  @Directive('@resumable(argument: "after", cursor: "place")')
  @Subscription(() => Tick, {
    description: 'Each moment.',
    subscribe: ({ args }) => {
      if (args.after === 'the end') {
        throw new GraphQLError('Too old.', { extensions: { code: 'BAD_USER_INPUT' } });
      }
      const source: Source<{ place: string }> = new Source(() => sources.delete(source));
      sources.add(source);
      return source;
    },
  })
  tick(
    @Root() tick: { place: string },
    @Arg('after', () => ID, { nullable: true, description: 'Behind which.' }) _after: string | undefined,
  ): { place: string } {
    if (tick.place === 'bad') throw new Error('the password is hunter2');
    return tick;
  }
}

@Resolver(() => Tick)
class TickResolver {
  @FieldResolver(() => Int, { description: 'The price then.' })
  price(@Ctx() context: RequestContext): Promise<number> {
    return context.load(readPrice, 'now');
  }

  @FieldResolver(() => String, { description: 'Which request asked.' })
  asked(@Ctx() { requestId }: RequestContext): string {
    return requestId;
  }
}

const ticker = defineSubgraph({
  name: 'ticker',
  port: 4999,
  access: { read: 'ticks:read', write: 'ticks:write' },
  resolvers: [TickerResolver, TickResolver],
  types: [Tick],
  references: {},
  entities: [],
  migrations: [],
});

/** The first source that is listened to. */
async function listening(): Promise<Source<{ place: string }>> {
  for (;;) {
    const [source] = sources;
    if (source) return source;
    await new Promise(setImmediate);
  }
}

describe('a subgraph with a subscription', () => {
  let subgraph: TestSubgraph;
  let client: GatewaySocket;

  beforeAll(async () => {
    sources = new Set();
    subgraph = await startTestSubgraph(ticker);
    client = gatewaySocket('ticker', subgraph.url);
  });

  afterAll(async () => {
    client.terminate();
    await subgraph.stop();
  });

  test('reads afresh for each event, under the request id of the subscriber', async () => {
    const headers = { 'x-request-id': 'order-66' };
    const events = client.iterate({ query: 'subscription { tick { place price asked } }', headers });
    const first = next(events);
    const source = await listening();
    price = 1;
    source.push({ place: '1' });
    expect(await first).toEqual({ data: { tick: { place: '1', price: 1, asked: 'order-66' } } });
    price = 2;
    source.push({ place: '2' });
    expect(await next(events)).toEqual({ data: { tick: { place: '2', price: 2, asked: 'order-66' } } });
    source.push({ place: 'bad' });
    const failed = await next(events);
    expect(failed.errors).toMatchObject([{ path: ['tick'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(JSON.stringify(failed)).not.toContain('hunter2');

    await events.return?.(undefined);
    while (sources.size > 0) await new Promise(setImmediate);
    expect((await subgraph.ask('{ price }')).data).toEqual({ price: 2 });
  });

  test('says why it refuses one', async () => {
    const answers = client.iterate({ query: 'subscription { tick(after: "the end") { place } }' });
    expect(await next(answers)).toMatchObject({
      errors: [{ message: 'Too old.', extensions: { code: 'BAD_USER_INPUT' } }],
    });
    expect((await answers.next()).done).toBe(true);
  });

  test('closes with 1001 when it stops', async () => {
    const other = await startTestSubgraph(ticker);
    const socket = new WebSocket(other.url.replace('http', 'ws'), 'graphql-transport-ws');
    await once(socket, 'open');
    const [[code]] = await Promise.all([once(socket, 'close'), other.stop()]);
    expect(code).toBe(1001);
  });

  test('tells the gateway by @resumable how to take it up again', async () => {
    const { sdl } = await buildSubgraph(ticker);
    const { supergraphSdl, apiSchema } = compose([{ name: 'ticker', url: 'http://127.0.0.1:1/graphql', sdl }]);
    expect([...resumptionsOf(supergraphSdl, apiSchema)]).toEqual([
      ['tick', { argument: 'after', type: 'ID', cursor: 'place' }],
    ]);
  });
});
