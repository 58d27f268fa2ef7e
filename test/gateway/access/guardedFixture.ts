import type { SubgraphDefinition } from '../../support/fixtureSubgraph.js';
import { federation } from '../../support/fixtureSupergraph.js';

const IMPORTS = federation('@key', '@external', '@requires', '@interfaceObject', '@authenticated', '@requiresScopes');

/** What somebody needs to see what: a scope, or `signed-in`. Written by hand, so that it checks what reads the directives. */
export const NEEDS: Readonly<Record<string, string>> = {
  'Query.audit': 'admin',
  'Query.me': 'signed-in',
  'Mutation.rename': 'write',
  'Subscription.audited': 'admin',
  'Customer.label': 'pii',
  'Customer.addresses': 'pii',
  'Customer.nickname': 'pii',
  'Customer.mood': 'mood',
  'Customer.iban': 'bank',
  'Customer.vault': 'vault',
  'Customer.shipping': 'pii',
  'Wallet.balance': 'money',
  'Vault.id': 'vault',
  'Vault.label': 'vault',
  'Vault.content': 'vault',
  'Vault.rating': 'vault',
  'Pet.sound': 'signed-in',
  'Order.number': 'staff',
  // Their subgraph knows an order by its number only.
  'Order.parcel': 'staff',
  'Order.shelf': 'staff',
  'Order.code': 'staff',
  'Order.sticker': 'staff',
  'Place.code': 'staff',
  'Place.region': 'staff',
  'Customer.route': 'staff',
};

const CUSTOMERS = ['c1', 'c2'].map((id) => ({
  __typename: 'Customer',
  id,
  name: `name of ${id}`,
  label: `pii: label of ${id}`,
  addresses: [{ street: `pii: street of ${id}`, city: `pii: city of ${id}` }],
  nickname: `pii: nickname of ${id}`,
  wallet: { id: `w-${id}`, balance: 987_654 },
  home: { code: `staff: place of ${id}` },
  mood: 'BAD',
  iban: `bank: ${id}`,
  vault: {
    __typename: 'Vault',
    id: `vault: v-${id}`,
    label: `vault: label of ${id}`,
    content: `vault: content of ${id}`,
  },
}));
const PET = { __typename: 'Pet', id: 'p1', label: 'label of p1', sound: 'signed-in: woof' };
const [FIRST] = CUSTOMERS;
const NODES = [FIRST, FIRST?.vault, PET];

const customer = ({ id }: { id: string }): unknown => CUSTOMERS.find((one) => one.id === id);
const itself = (reference: unknown): unknown => reference;

/** A graph that guards parts of itself in every way that there is. Values that not all may see say who may. */
export const GUARDED: readonly SubgraphDefinition[] = [
  {
    name: 'people',
    typeDefs: `${IMPORTS}
      type Query {
        customer: Customer
        customers: [Customer!]!
        audit: String @requiresScopes(scopes: [["admin"]])
        me: String @authenticated
        nodes: [Node]
        found: [Found]
      }
      type Mutation {
        rename(to: String!): Customer @requiresScopes(scopes: [["write"]])
        note(text: String!): Customer
      }
      type Subscription {
        renamed: Customer
        audited: String @requiresScopes(scopes: [["admin"]])
      }
      interface Node @key(fields: "id") { id: ID! label: String }
      union Found = Customer | Vault | Pet
      type Customer implements Node @key(fields: "id") {
        id: ID!
        name: String
        label: String @requiresScopes(scopes: [["pii"]])
        addresses: [Address!] @requiresScopes(scopes: [["pii"]])
        nickname: String! @requiresScopes(scopes: [["pii"], ["friend", "family"]])
        friends: [Customer!]
        wallet: Wallet
        home: Place
        mood: Mood
        iban: Iban
        vault: Vault
      }
      type Address { street: String city: String }
      type Place @key(fields: "code") { code: ID! @requiresScopes(scopes: [["staff"]]) }
      type Wallet { id: ID balance: Int @requiresScopes(scopes: [["money"]]) }
      type Vault implements Node @key(fields: "id") @requiresScopes(scopes: [["vault"]]) { id: ID! label: String content: String }
      type Pet implements Node @key(fields: "id") { id: ID! label: String sound: String @authenticated }
      enum Mood @requiresScopes(scopes: [["mood"]]) { GOOD BAD }
      scalar Iban @requiresScopes(scopes: [["bank"]])`,
    resolvers: {
      Query: {
        customer: () => FIRST,
        customers: () => CUSTOMERS,
        audit: () => 'admin: all is well',
        me: () => 'signed-in: it is you',
        nodes: () => NODES,
        found: () => NODES,
      },
      Mutation: { rename: () => FIRST, note: () => FIRST },
      Customer: {
        __resolveReference: customer,
        friends: ({ id }: { id: string }) => CUSTOMERS.filter((one) => one.id !== id),
      },
      Vault: { __resolveReference: ({ id }: { id: string }) => CUSTOMERS.find((one) => one.vault.id === id)?.vault },
      Pet: { __resolveReference: () => PET },
      Node: { __resolveReference: ({ id }: { id: string }) => NODES.find((one) => one?.id === id) },
    },
  },
  {
    name: 'shop',
    typeDefs: `${IMPORTS}
      type Customer @key(fields: "id") {
        id: ID!
        name: String @external
        addresses: [Address!] @external
        greeting: String @requires(fields: "name")
        home: Place @external
        route: String @requires(fields: "home { region }")
        shipping: String @requires(fields: "addresses { city }") @requiresScopes(scopes: [["pii"]])
        orders: [Order!]
      }
      type Address { city: String @external }
      type Place { region: String @external }
      type Order @key(fields: "number") { number: ID! @requiresScopes(scopes: [["staff"]]) total: Int }`,
    resolvers: {
      Customer: {
        __resolveReference: itself,
        greeting: ({ name }: { name?: string }) => `Dear ${name}`,
        shipping: ({ addresses }: { addresses?: { city: string }[] }) => `to ${addresses?.[0]?.city}`,
        route: ({ home }: { home?: { region: string } }) => `via ${home?.region}`,
        orders: ({ id }: { id: string }) => [1, 2].map((one) => ({ number: `staff: ${id}-${one}`, total: one })),
      },
      Order: { __resolveReference: ({ number }: { number: string }) => ({ number, total: Number(number.at(-1)) }) },
    },
  },
  {
    name: 'depot',
    typeDefs: `${IMPORTS}
      type Order @key(fields: "number") @key(fields: "code") { number: ID! code: ID! parcel: Parcel shelf: String }
      type Parcel @key(fields: "id") { id: ID! weight: Int }
      type Place @key(fields: "code") { code: ID! region: String }
      type Node @key(fields: "id") @interfaceObject { id: ID! rating: Int }`,
    resolvers: {
      Order: {
        __resolveReference: itself,
        parcel: ({ number }: { number: string }) => ({ id: `parcel ${number.at(-1)}`, weight: 3 }),
        code: ({ number }: { number: string }) => `code ${number.at(-1)}`,
        shelf: ({ number }: { number: string }) => `shelf ${number.at(-1)}`,
      },
      Parcel: { __resolveReference: ({ id }: { id: string }) => ({ id, weight: 3 }) },
      Place: { __resolveReference: itself, region: ({ code }: { code: string }) => `region of ${code.slice(7)}` },
      Node: { __resolveReference: itself, rating: () => 5 },
    },
  },
  {
    name: 'post',
    typeDefs: `${IMPORTS}
      type Parcel @key(fields: "id") { id: ID! stamp: String }
      type Order @key(fields: "code") { code: ID! sticker: String }`,
    resolvers: {
      Parcel: { __resolveReference: itself, stamp: ({ id }: { id: string }) => `stamp of ${id}` },
      Order: { __resolveReference: itself, sticker: ({ code }: { code: string }) => `sticker of ${code}` },
    },
  },
];
