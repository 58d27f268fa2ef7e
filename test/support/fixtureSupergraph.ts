import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { GraphQLError, parse } from 'graphql';
import { type FixtureSubgraph, type SubgraphDefinition, startFixtureSubgraph } from './fixtureSubgraph.js';

const LINK = (imports: string): string =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])\n`;

/** What the imports of a fixture's SDL look like: `federation('@key', '@external')`. */
export function federation(...imports: string[]): string {
  return LINK(imports.map((name) => `"${name}"`).join(', '));
}

/** Composes subgraphs as Apollo does. */
export function compose(subgraphs: readonly { name: string; url: string; typeDefs: string }[]): string {
  const result = composeServices(
    subgraphs.map(({ name, url, typeDefs }) => ({ name, url, typeDefs: parse(typeDefs) })),
  );
  if (!result.supergraphSdl) throw new Error(result.errors?.map(String).join('\n'));
  return result.supergraphSdl;
}

interface Book {
  id: string;
  title: string;
}

const BOOKS: readonly Book[] = [
  { id: '1', title: 'Emma' },
  { id: '2', title: 'Middlemarch' },
];

/** A graph that has nothing to do with customers: three subgraphs around the entity `Book`. */
export const LIBRARY: readonly SubgraphDefinition[] = [
  {
    name: 'books',
    typeDefs: `${federation('@key')}
      type Query { book(id: ID!): Book books: [Book!]! failWith(code: String, message: String!): String }
      type Mutation { addBook(title: String!): Book }
      type Subscription { bookAdded: Book }
      type Book @key(fields: "id") { id: ID! title: String! }`,
    resolvers: {
      Query: {
        book: (_root: unknown, { id }: { id: string }) => BOOKS.find((book) => book.id === id),
        books: () => BOOKS,
        failWith(_root: unknown, { code, message }: { code?: string; message: string }) {
          throw new GraphQLError(message, {
            extensions: { ...(code && { code }), argument: 'code', stacktrace: ['at home'] },
          });
        },
      },
      Mutation: { addBook: (_root: unknown, { title }: { title: string }) => ({ id: '3', title }) },
      Book: { __resolveReference: ({ id }: { id: string }) => BOOKS.find((book) => book.id === id) },
    },
  },
  {
    name: 'lending-desk',
    typeDefs: `${federation('@key')}
      type Query { openUntil: String deskName: String! }
      type Book @key(fields: "id") { id: ID! copies: Int borrower(shelf: Int): String }`,
    resolvers: {
      Query: { openUntil: () => '18:00', deskName: () => 'North' },
      Book: {
        __resolveReference: (reference: { id: string }) => reference,
        copies: ({ id }: { id: string }) => Number(id) * 10,
        borrower() {
          throw new GraphQLError('The shelf is closed.', { extensions: { code: 'SHELF_CLOSED' } });
        },
      },
    },
  },
  {
    name: 'reviews',
    typeDefs: `${federation('@key')}
      type Book @key(fields: "id") { id: ID! stars: Float }`,
    resolvers: {
      Book: {
        __resolveReference: (reference: { id: string }) => reference,
        stars: ({ id }: { id: string }) => Number(id) + 0.5,
      },
    },
  },
];

export interface Library {
  readonly books: FixtureSubgraph;
  readonly desk: FixtureSubgraph;
  readonly reviews: FixtureSubgraph;
  /** Path of the composed supergraph. */
  readonly file: string;
  stop(): Promise<void>;
}

/** Starts the library's subgraphs and composes them. */
export async function startLibrary(): Promise<Library> {
  const [books, desk, reviews] = await Promise.all(LIBRARY.map((definition) => startFixtureSubgraph(definition)));
  if (!books || !desk || !reviews) throw new Error('the library has three subgraphs');
  const urls = [books.url, desk.url, reviews.url];
  const { file, remove } = await writeSupergraph(
    compose(LIBRARY.map(({ name, typeDefs }, index) => ({ name, typeDefs, url: urls[index] ?? '' }))),
  );
  return {
    books,
    desk,
    reviews,
    file,
    async stop() {
      await Promise.all([books.stop(), desk.stop(), reviews.stop(), remove()]);
    },
  };
}

/** Puts a supergraph's text into a file of its own folder. */
export async function writeSupergraph(sdl: string): Promise<{ file: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'customer360-gateway-'));
  const file = join(folder, 'supergraph.graphql');
  await writeFile(file, sdl);
  return { file, remove: () => rm(folder, { recursive: true, force: true }) };
}
