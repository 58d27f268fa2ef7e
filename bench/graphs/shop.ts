import type { Graph, GraphSubgraph } from './Graph.js';
import { prose } from './prose.js';
import { randomSequence } from './randomSequence.js';

/** What the types and fields of a shop are called, so that one shape makes several graphs. */
export interface ShopNames {
  readonly people: { readonly subgraph: string; readonly type: string; readonly list: string; readonly name: string };
  readonly goods: {
    readonly subgraph: string;
    readonly type: string;
    readonly list: string;
    readonly key: string;
    readonly name: string;
    readonly price: string;
    readonly weight: string;
  };
  readonly stock: { readonly subgraph: string; readonly available: string; readonly estimate: string };
  readonly opinions: {
    readonly subgraph: string;
    readonly type: string;
    readonly list: string;
    readonly body: string;
    readonly author: string;
    readonly about: string;
  };
}

const PEOPLE = 6;
const GOODS = 5;
const OPINIONS = 14;
const TEXT = { min: 300, max: 600 };

type Item = Readonly<Record<string, unknown>>;

const count = <Value>(length: number, make: (index: number) => Value): readonly Value[] =>
  Array.from({ length }, (_, index) => make(index));

const link = (...imports: readonly string[]): string =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: [${imports.map((name) => `"${name}"`).join(', ')}])\n`;

/** A `__resolveReference` that finds items by one field. */
function byKey(items: readonly Item[], key: string): (reference: Item) => Item | undefined {
  const found = new Map(items.map((item) => [item[key], item]));
  return (reference) => found.get(reference[key]);
}

/**
 * Four subgraphs around people, goods, their stock and opinions about them: `@key` across all, `@requires` in the stock,
 * lists of 5 and 6, entities that recur, five levels of lists. An executor that sends each entity as often as it occurs sends
 * about 500; some 27 are distinct.
 *
 * @param seed other numbers and texts for another seed
 */
export function shop(names: ShopNames, seed: number): Graph {
  const random = randomSequence(seed);
  return {
    requests: 400,
    variables: { first: GOODS },
    query: shopQuery(names),
    subgraphs: [peopleOf(names, random), goodsOf(names, random), stockOf(names), opinionsOf(names, random)],
  };
}

function peopleOf({ people }: ShopNames, random: () => number): GraphSubgraph {
  const all = count(PEOPLE, (i) => ({
    id: `p${i + 1}`,
    [people.name]: prose(random, 12, 24),
    login: `user-${i}`,
    birthday: `19${70 + i}-0${1 + i}-11`,
  }));
  return {
    name: people.subgraph,
    sdl: `${link('@key')}
      type Query { ${people.list}: [${people.type}!] }
      type ${people.type} @key(fields: "id") { id: ID! ${people.name}: String login: String birthday: String }`,
    resolvers: {
      Query: { [people.list]: () => all },
      [people.type]: { __resolveReference: byKey(all, 'id') },
    },
  };
}

function goodsOf({ goods }: ShopNames, random: () => number): GraphSubgraph {
  const all = count(GOODS, (i) => ({
    [goods.key]: `g${i + 1}`,
    [goods.name]: prose(random, 15, 30),
    [goods.price]: 100 + Math.floor(random() * 1900),
    [goods.weight]: 50 + Math.floor(random() * 900),
  }));
  return {
    name: goods.subgraph,
    sdl: `${link('@key')}
      type Query { ${goods.list}(first: Int = 5): [${goods.type}!] }
      type ${goods.type} @key(fields: "${goods.key}") {
        ${goods.key}: ID! ${goods.name}: String ${goods.price}: Int ${goods.weight}: Int
      }`,
    resolvers: {
      Query: { [goods.list]: (_root: unknown, { first }: { first: number }) => all.slice(0, first) },
      [goods.type]: { __resolveReference: byKey(all, goods.key) },
    },
  };
}

function stockOf({ goods, stock }: ShopNames): GraphSubgraph {
  return {
    name: stock.subgraph,
    sdl: `${link('@key', '@external', '@requires')}
      type ${goods.type} @key(fields: "${goods.key}") {
        ${goods.key}: ID!
        ${goods.price}: Int @external
        ${goods.weight}: Int @external
        ${stock.available}: Boolean
        ${stock.estimate}: Int @requires(fields: "${goods.price} ${goods.weight}")
      }`,
    resolvers: {
      [goods.type]: {
        [stock.available]: (good: Item) => good[goods.key] !== 'g2',
        [stock.estimate]: (good: Item) =>
          Number(good[goods.price]) > 1000 ? 0 : Math.round(Number(good[goods.weight]) / 2),
      },
    },
  };
}

function opinionsOf({ people, goods, opinions }: ShopNames, random: () => number): GraphSubgraph {
  const all = count(OPINIONS, (i) => {
    const person = `p${(i % PEOPLE) + 1}`;
    const good = `g${((i * 3) % GOODS) + 1}`;
    const item: Item = {
      id: `o${i + 1}`,
      [opinions.body]: prose(random, TEXT.min, TEXT.max),
      [opinions.author]: { id: person },
      [opinions.about]: { [goods.key]: good },
    };
    return { item, person, good };
  });
  const items = all.map(({ item }) => item);
  const where = (of: 'person' | 'good', key: string) => (parent: Item) =>
    all.filter((opinion) => opinion[of] === parent[key]).map(({ item }) => item);
  return {
    name: opinions.subgraph,
    sdl: `${link('@key')}
      type ${opinions.type} @key(fields: "id") {
        id: ID! ${opinions.body}: String ${opinions.author}: ${people.type} ${opinions.about}: ${goods.type}
      }
      type ${people.type} @key(fields: "id") { id: ID! ${opinions.list}: [${opinions.type}!] }
      type ${goods.type} @key(fields: "${goods.key}") { ${goods.key}: ID! ${opinions.list}: [${opinions.type}!] }`,
    resolvers: {
      [opinions.type]: { __resolveReference: byKey(items, 'id') },
      [people.type]: { [opinions.list]: where('person', 'id') },
      [goods.type]: { [opinions.list]: where('good', goods.key) },
    },
  };
}

function shopQuery({ people, goods, stock, opinions }: ShopNames): string {
  return `query Shop($first: Int) {
  ${people.list} {
    ...Person
    ${opinions.list} {
      ...Opinion
      ${opinions.about} {
        ...Good
        ${opinions.list} {
          ...Opinion
          ${opinions.author} {
            ...Person
            ${opinions.list} {
              id
              ${opinions.about} {
                ...Good
              }
            }
          }
        }
      }
    }
  }
  ${goods.list}(first: $first) {
    ...Good
    ${opinions.list} {
      ...Opinion
      ${opinions.author} {
        ...Person
        ${opinions.list} {
          ...Opinion
          ${opinions.about} {
            ...Good
          }
        }
      }
    }
  }
}

fragment Person on ${people.type} {
  id
  login
  ${people.name}
}

fragment Opinion on ${opinions.type} {
  id
  ${opinions.body}
}

fragment Good on ${goods.type} {
  ${goods.key}
  ${goods.name}
  ${goods.price}
  ${goods.weight}
  ${stock.available}
  ${stock.estimate}
}
`;
}
