import { GraphQLError } from 'graphql';
import { type FixtureSubgraph, type SubgraphDefinition, startFixtureSubgraph } from './fixtureSubgraph.js';
import { compose, federation, writeSupergraph } from './fixtureSupergraph.js';

const IMPLEMENTATIONS = 80;

/** Each of 80 types, in both subgraphs, with a half of what it holds in each: there are as many ways to fetch it as there are combinations. */
const nodes = Array.from(
  { length: IMPLEMENTATIONS },
  (_, index) => `type T${index} implements Node @key(fields: "id") { id: ID! meta: Meta @shareable }`,
).join('\n');

/** A graph of what makes work for a gateway: inputs, many entities that fail, and selections that are hard to plan. */
const HOSTILE: readonly SubgraphDefinition[] = [
  {
    name: 'things',
    typeDefs: `${federation('@key', '@shareable')}
      type Query { find(filter: Filter, ids: [Int]): String things(count: Int!): [Thing!] node: Node name: String }
      type Mutation { rename(name: String): String }
      type Subscription { named(name: String): String }
      input Filter { id: ID name: String }
      type Thing @key(fields: "id") { id: ID! }
      interface Node { id: ID! meta: Meta }
      type Meta @shareable { a: Int }
      interface Media @key(fields: "id") { id: ID! title: String }
      type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int }
      ${nodes}`,
    resolvers: {
      Query: {
        find: () => 'found',
        name: () => 'things',
        things: (_root: unknown, { count }: { count: number }) =>
          Array.from({ length: count }, (_, index) => ({ id: String(index) })),
      },
      Node: { __resolveType: () => 'T0' },
      Media: { __resolveType: () => 'Book' },
      Thing: { __resolveReference: (reference: { id: string }) => reference },
    },
  },
  {
    name: 'details',
    typeDefs: `${federation('@key', '@shareable', '@external', '@requires', '@interfaceObject')}
      type Thing @key(fields: "id") { id: ID! broken: String fine: String }
      interface Node { id: ID! meta: Meta }
      type Meta @shareable { b: Int }
      type Media @interfaceObject @key(fields: "id") { id: ID! title: String @external label: String @requires(fields: "title") }
      ${nodes}`,
    resolvers: {
      Thing: {
        __resolveReference: (reference: { id: string }) => reference,
        broken() {
          throw new GraphQLError('It is broken.', { extensions: { code: 'BROKEN' } });
        },
        fine: () => 'fine',
      },
    },
  },
  {
    name: 'ratings',
    typeDefs: `${federation('@key', '@interfaceObject')}
      type Query { rated: Media }
      type Media @interfaceObject @key(fields: "id") { id: ID! stars: Int }`,
    resolvers: { Query: { rated: () => ({ id: '1' }) } },
  },
];

export interface HostileGraph {
  readonly subgraphs: readonly FixtureSubgraph[];
  /** Path of the composed supergraph. */
  readonly file: string;
  stop(): Promise<void>;
}

/** Starts its subgraphs and composes them. */
export async function startHostileGraph(): Promise<HostileGraph> {
  const subgraphs = await Promise.all(HOSTILE.map((definition) => startFixtureSubgraph(definition)));
  const { file, remove } = await writeSupergraph(
    compose(HOSTILE.map(({ name, typeDefs }, index) => ({ name, typeDefs, url: subgraphs[index]?.url ?? '' }))),
  );
  return {
    subgraphs,
    file,
    async stop() {
      await Promise.all([...subgraphs.map((subgraph) => subgraph.stop()), remove()]);
    },
  };
}
