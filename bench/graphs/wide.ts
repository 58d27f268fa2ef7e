import type { Graph, GraphSubgraph } from './Graph.js';
import { prose } from './prose.js';
import { randomSequence } from './randomSequence.js';

const ITEMS = 1000;

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])\n';

const number = (id: string): number => Number(id.slice(1));

function details(name: string, sdl: string, of: (id: string) => Record<string, unknown>): GraphSubgraph {
  return {
    name,
    sdl: LINK + sdl,
    resolvers: {
      Item: { __resolveReference: (reference: { id: string }) => ({ ...reference, ...of(reference.id) }) },
    },
  };
}

/** A list of 1,000 distinct entities, each put together from five subgraphs, one of which needs what another knows. */
export function wide(): Graph {
  const random = randomSequence(5);
  const items = Array.from({ length: ITEMS }, (_, i) => ({ id: `i${i}`, title: prose(random, 20, 40) }));
  const found = new Map(items.map((item) => [item.id, item]));
  return {
    requests: 60,
    variables: { first: ITEMS },
    query: `query Wide($first: Int!) {
  items(first: $first) {
    id
    title
    price { amount currency }
    available
    warehouses { code count }
    rating
    reviewCount
    delivery
    tags
  }
}
`,
    subgraphs: [
      {
        name: 'catalog',
        sdl: `${LINK} type Query { items(first: Int!): [Item!]! }
          type Item @key(fields: "id") { id: ID! title: String! }`,
        resolvers: {
          Query: { items: (_root: unknown, { first }: { first: number }) => items.slice(0, first) },
          Item: { __resolveReference: ({ id }: { id: string }) => found.get(id) },
        },
      },
      details(
        'prices',
        `type Item @key(fields: "id") { id: ID! price: Price weight: Int }
          type Price { amount: Float! currency: String! }`,
        (id) => ({
          price: { amount: (number(id) * 37) / 100, currency: 'EUR' },
          weight: number(id) % 90,
        }),
      ),
      details(
        'warehouse',
        `type Item @key(fields: "id") { id: ID! available: Boolean! warehouses: [Warehouse!]! }
          type Warehouse { code: String! count: Int! }`,
        (id) => ({
          available: number(id) % 7 !== 0,
          warehouses: [
            { code: 'NORTH', count: number(id) % 12 },
            { code: 'SOUTH', count: number(id) % 5 },
          ],
        }),
      ),
      details(
        'ratings',
        'type Item @key(fields: "id") { id: ID! rating: Float reviewCount: Int! tags: [String!] }',
        (id) => ({
          rating: number(id) % 11 === 0 ? null : (number(id) % 50) / 10,
          reviewCount: number(id) % 300,
          tags: ['new', 'blue', 'small'].slice(0, number(id) % 4),
        }),
      ),
      {
        name: 'delivery',
        sdl: `${LINK} type Item @key(fields: "id") {
          id: ID! weight: Int @external delivery: String @requires(fields: "weight")
        }`,
        resolvers: {
          Item: { delivery: ({ weight }: { weight: number }) => (weight > 45 ? 'freight' : 'parcel') },
        },
      },
    ],
  };
}
