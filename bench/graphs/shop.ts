import type { Graph } from './Graph.js';
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
const OPINIONS = 16;
const TEXT = { min: 300, max: 600 };

const link = (...imports: readonly string[]): string =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: [${imports.map((name) => `"${name}"`).join(', ')}])\n`;

interface Opinion {
  readonly id: string;
  readonly body: string;
  readonly person: string;
  readonly good: string;
}

function makeOpinions(random: () => number): readonly Opinion[] {
  return Array.from({ length: OPINIONS }, (_, i) => ({
    id: `o${i + 1}`,
    body: prose(random, TEXT.min, TEXT.max),
    person: `p${(i % PEOPLE) + 1}`,
    good: `g${((i * 3) % GOODS) + 1}`,
  }));
}

/**
 * Four subgraphs around people, goods, their stock and opinions about them: `@key` across all, `@requires` in the stock,
 * lists of 5 and 6, entities that recur, five levels of lists.
 *
 * @param seed other numbers and texts for another seed
 */
export function shop(names: ShopNames, seed: number): Graph {
  const { people, goods, stock, opinions } = names;
  const random = randomSequence(seed);
  const allPeople = Array.from({ length: PEOPLE }, (_, i) => ({
    id: `p${i + 1}`,
    [people.name]: prose(random, 12, 24),
    login: `user-${seed}-${i}`,
    birthday: `19${70 + i}-0${1 + i}-11`,
  }));
  const allGoods = Array.from({ length: GOODS }, (_, i) => ({
    [goods.key]: `g${i + 1}`,
    [goods.name]: prose(random, 15, 30),
    [goods.price]: 100 + Math.floor(random() * 1900),
    [goods.weight]: 50 + Math.floor(random() * 900),
  }));
  const allOpinions = makeOpinions(random).map((opinion) => ({
    id: opinion.id,
    [opinions.body]: opinion.body,
    [opinions.author]: { id: opinion.person },
    [opinions.about]: { [goods.key]: opinion.good },
    opinion,
  }));
  const opinionsOf = (of: 'person' | 'good', key: unknown) => allOpinions.filter(({ opinion }) => opinion[of] === key);
  const byKey = <Item extends Record<string, unknown>>(items: readonly Item[], key: string) => {
    const found = new Map(items.map((item) => [item[key], item]));
    return (reference: Record<string, unknown>) => found.get(reference[key]);
  };

  return {
    requests: 400,
    variables: { first: GOODS },
    query: `query Shop($first: Int) {
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
`,
    subgraphs: [
      {
        name: people.subgraph,
        sdl: `${link('@key')}
          type Query { ${people.list}: [${people.type}!] }
          type ${people.type} @key(fields: "id") { id: ID! ${people.name}: String login: String birthday: String }`,
        resolvers: {
          Query: { [people.list]: () => allPeople },
          [people.type]: { __resolveReference: byKey(allPeople, 'id') },
        },
      },
      {
        name: goods.subgraph,
        sdl: `${link('@key')}
          type Query { ${goods.list}(first: Int = 5): [${goods.type}!] }
          type ${goods.type} @key(fields: "${goods.key}") {
            ${goods.key}: ID! ${goods.name}: String ${goods.price}: Int ${goods.weight}: Int
          }`,
        resolvers: {
          Query: { [goods.list]: (_root: unknown, { first }: { first: number }) => allGoods.slice(0, first) },
          [goods.type]: { __resolveReference: byKey(allGoods, goods.key) },
        },
      },
      {
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
            [stock.available]: (good: Record<string, unknown>) => good[goods.key] !== 'g2',
            [stock.estimate]: (good: Record<string, number>) =>
              (good[goods.price] ?? 0) > 1000 ? 0 : Math.round((good[goods.weight] ?? 0) / 2),
          },
        },
      },
      {
        name: opinions.subgraph,
        sdl: `${link('@key')}
          type ${opinions.type} @key(fields: "id") {
            id: ID! ${opinions.body}: String ${opinions.author}: ${people.type} ${opinions.about}: ${goods.type}
          }
          type ${people.type} @key(fields: "id") { id: ID! ${opinions.list}: [${opinions.type}!] }
          type ${goods.type} @key(fields: "${goods.key}") { ${goods.key}: ID! ${opinions.list}: [${opinions.type}!] }`,
        resolvers: {
          [opinions.type]: { __resolveReference: byKey(allOpinions, 'id') },
          [people.type]: { [opinions.list]: ({ id }: { id: string }) => opinionsOf('person', id) },
          [goods.type]: {
            [opinions.list]: (good: Record<string, unknown>) => opinionsOf('good', good[goods.key]),
          },
        },
      },
    ],
  };
}
