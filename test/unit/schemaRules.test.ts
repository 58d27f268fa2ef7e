import { describe, expect, it } from '@jest/globals';
import { compose } from '../../schema/compose.js';
import type { Registry } from '../../schema/registry.js';
import { breaches, withoutExceptions } from '../../schema/rules.js';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@shareable", "@requiresScopes", "@listSize", "@external"])`;
const SCOPED = '@requiresScopes(scopes: [["customer:read"]])';

/** The breaches of one subgraph called club, as `rule at`. */
function broken(sdl: string, more: Readonly<Record<string, string>> = {}, exceptions: Registry['exceptions'] = []) {
  const sdls = new Map(Object.entries({ club: sdl, ...more }).map(([name, text]) => [name, `${LINK}\n${text}`]));
  const { apiSchema } = compose([...sdls].map(([name, text]) => ({ name, url: `http://${name}`, sdl: text })));
  const subgraphs = [...sdls.keys()].map((name) => ({
    name,
    owner: name,
    url: `http://${name}`,
    schema: `${name}.graphql`,
  }));
  const registry: Registry = { subgraphs, shared: {}, exceptions };
  const found = breaches({ apiSchema, sdls, registry });
  return { found: found.map(({ rule, at }) => `${rule} ${at}`), said: withoutExceptions(found, registry) };
}

describe('a rule of the house is broken by', () => {
  it.each([
    [
      'a name in another style',
      `type Query { getCards: Int ${SCOPED} } enum Kind { gold }`,
      ['names Query.getCards', 'names Kind.gold'],
    ],
    ['a root field that everybody may ask', 'type Query { cards: Int }', ['access Query.cards']],
    [
      'a list of entities without pages',
      `type Query { cards: [Card!] ${SCOPED} } type Card @key(fields: "id") { id: ID! }`,
      ['lists Query.cards'],
    ],
    [
      'pages that do not say how long they are',
      `type Query { cards(first: Int): [Card!] ${SCOPED} } type Card @key(fields: "id") { id: ID! }`,
      ['costs Query.cards'],
    ],
    [
      'a text that sounds personal and asks for no scope',
      `type Query { card: Card ${SCOPED} } type Card { email: String notes: String total: Int }`,
      ['personal Card.email', 'personal Card.notes'],
    ],
    [
      'a key that nobody resolves',
      `type Query { card: Card ${SCOPED} } type Card @key(fields: "id", resolvable: false) { id: ID! }`,
      ['keys Card'],
    ],
  ])('%s', (_what, sdl, expected) => {
    expect(broken(sdl).found).toEqual(expected);
  });

  it('a type of two subgraphs that nobody owns', () => {
    const size = 'type Size @shareable { width: Int }';
    const { said } = broken(`type Query { size: Size ${SCOPED} @shareable } ${size}`, { shop: size });
    expect(said).toEqual([
      expect.stringMatching(/^owners: Size is defined by club, shop and owned by none; name its owner/),
    ]);
  });
});

it('an exception covers what it names, and is refused when it covers nothing', () => {
  const sdl = `type Query { card: Card ${SCOPED} } type Card { email: String }`;
  const exception = { rule: 'personal', at: 'Card.email', why: 'it is the address of the shop' };
  expect(broken(sdl, {}, [exception]).said).toEqual([]);
  expect(broken(sdl.replace('email', 'total'), {}, [exception]).said).toEqual([
    expect.stringContaining('exceptions: personal Card.email is kept no more'),
  ]);
});
