import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { type AccessRules, accessRules } from '../../gateway/access/accessRules.js';
import { readAccessTables } from '../../gateway/access/readAccessTables.js';
import { compose, federation } from '../support/fixtureSupergraph.js';

const IMPORTS = federation('@key', '@external', '@requires', '@authenticated', '@requiresScopes');

/** @param edit makes of the text what another composition would have written */
function rulesOf(subgraphs: readonly string[], edit: (sdl: string) => string = (sdl) => sdl): AccessRules {
  const sdl = compose(subgraphs.map((typeDefs, index) => ({ name: `s${index}`, url: 'http://x.test', typeDefs })));
  const { schema } = Supergraph.build(edit(sdl), { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
  return accessRules(readAccessTables(schema));
}

const scopesOf = (rules: AccessRules, type: string, field: string): unknown =>
  rules.ofField(type, field).map(({ scopes }) => scopes);

const NODES = `${IMPORTS}
  type Query { node: Node }
  interface Node { id: ID! }
  type A implements Node { id: ID! @requiresScopes(scopes: [["a"], ["admin"]]) }
  type B implements Node { id: ID! @requiresScopes(scopes: [["b"]]) }
  type C implements Node { id: ID! }`;

test('the sum that composition writes on an interface is not asked for by its types', () => {
  let sum = '';
  const rules = rulesOf([NODES], (sdl) => {
    sum = /interface Node[^}]*}/.exec(sdl)?.[0] ?? '';
    return sdl;
  });
  expect(sum).toContain('id: ID! @requiresScopes(scopes: [["a", "b"], ["admin", "b"]])');
  expect(scopesOf(rules, 'A', 'id')).toEqual([[['a'], ['admin']]]);
  expect(scopesOf(rules, 'C', 'id')).toEqual([]);
});

test('what an interface asks for beyond the sum, its types ask for as well', () => {
  const rules = rulesOf([NODES], (sdl) =>
    sdl.replace(
      'id: ID! @requiresScopes(scopes: [["a", "b"], ["admin", "b"]])',
      'id: ID! @requiresScopes(scopes: [["x"]])',
    ),
  );
  expect(scopesOf(rules, 'A', 'id')).toEqual([[['a'], ['admin']], [['x']]]);
  expect(scopesOf(rules, 'C', 'id')).toEqual([[['x']]]);
});

test('a field needs what the fields need that it requires, though it does not say so', () => {
  const rules = rulesOf(
    [
      `${IMPORTS} type Query { a: A } type A @key(fields: "id") { id: ID! secret: S @requiresScopes(scopes: [["s"]]) }
       type S { deep: Int @authenticated }`,
      `${IMPORTS} type S { deep: Int @external }
       type A @key(fields: "id") { id: ID! secret: S @external
         first: Int @requires(fields: "secret { deep }") @requiresScopes(scopes: [["s"]]) @authenticated }`,
      `${IMPORTS} type A @key(fields: "id") { id: ID! first: Int @external
         second: Int @requires(fields: "first") @requiresScopes(scopes: [["s"]]) @authenticated }`,
    ],
    (sdl) =>
      sdl.replaceAll(
        /((?:first|second): Int .*?) @authenticated @requiresScopes.*|((?:first|second): Int .*?) @requiresScopes.*/g,
        '$1$2',
      ),
  );
  for (const field of ['first', 'second']) {
    expect(rules.ofField('A', field).map(({ authenticated, scopes }) => [authenticated, scopes])).toEqual([
      [false, [['s']]],
      [true, null],
    ]);
  }
});

test('the directives are known by their specification, whatever a supergraph calls them', () => {
  const rules = rulesOf(
    [
      `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [{ name: "@requiresScopes", as: "@only" }])
       type Query { a: Int @only(scopes: [["x"]]) }`,
    ],
    (sdl) => {
      expect(sdl).toContain('a: Int @only(');
      return sdl;
    },
  );
  expect(scopesOf(rules, 'Query', 'a')).toEqual([[['x']]]);
});

test('a supergraph that guards nothing has no guards', () => {
  expect(rulesOf([`${IMPORTS} type Query { a: Int }`]).guards).toEqual([]);
});
