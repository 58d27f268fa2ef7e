import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
} from 'graphql';
import type { Graph } from './Graph.js';
import { prose } from './prose.js';
import { randomSequence } from './randomSequence.js';

const SUBGRAPHS = 'schema/subgraphs';

/** Few ids a type, so that entities recur: the same employees work on many cases. */
const IDS = 12;

/** An object of a made-up answer. What it does not hold is derived from where it stands. */
interface MadeUp {
  /** The entity and the way from it to here; the same whichever subgraph answers. */
  readonly origin?: string;
  readonly id?: string;
  /** Of a connection: how many nodes it holds. */
  readonly size?: number;
  readonly [known: string]: unknown;
}

/** The stock gateway serves no graph that asks for scopes. */
function withoutGuards(sdl: string): string {
  return sdl.replaceAll(/ @requiresScopes\(scopes: \[.*?\]\]\)/g, '').replace(', "@requiresScopes"', '');
}

function hashOf(text: string): number {
  return createHash('md5').update(text).digest().readUInt32LE(0);
}

const isEntity = (type: GraphQLObjectType): boolean => 'id' in type.getFields() && type.name !== 'Query';

function originOf(source: MadeUp | undefined, type: GraphQLObjectType): string {
  return source?.origin ?? `${type.name}:${source?.id ?? ''}`;
}

function madeUpObject(type: GraphQLObjectType, origin: string, size: number, id: string | undefined): MadeUp {
  if (!isEntity(type)) return { origin, size };
  return { __typename: type.name, id: id ?? `${type.name}-${hashOf(origin) % IDS}` };
}

function madeUpLeaf(type: GraphQLNamedOutputType, origin: string): unknown {
  const hash = hashOf(origin);
  if (isEnumType(type)) {
    const values = type.getValues().map(({ name }) => name);
    return values.sort()[hash % values.length];
  }
  switch (type.name) {
    case 'Int':
      return hash % 1000;
    case 'Float':
      return (hash % 1000) / 8;
    case 'Boolean':
      return hash % 2 === 0;
    case 'DateTime':
      return new Date(1_700_000_000_000 + (hash % 1e9)).toISOString();
    case 'LocalDate':
      return new Date(1_700_000_000_000 + hash).toISOString().slice(0, 10);
    case 'Decimal':
      return `${hash % 5000}.${10 + (hash % 90)}`;
    case 'CurrencyCode':
      return 'EUR';
    default:
      return /\.(body|notes|summary|verbatim|text)$/.test(origin)
        ? prose(randomSequence(hash), 60, 240)
        : prose(randomSequence(hash), 8, 32);
  }
}

/**
 * Makes up the value of any field of our schema. It depends on the entity, the way from it and the arguments alone, so that each
 * subgraph and each query plan gives the same answer.
 */
function makeUp(
  source: MadeUp | undefined,
  args: Readonly<Record<string, unknown>>,
  { fieldName, parentType, returnType }: Pick<GraphQLResolveInfo, 'fieldName' | 'parentType' | 'returnType'>,
): unknown {
  if (source && fieldName in source) return source[fieldName];
  const given = Object.keys(args).length > 0 ? JSON.stringify(args) : '';
  const origin = `${originOf(source, parentType)}${given}.${fieldName}`;
  const named = getNamedType(returnType);
  const size = parentType.name === 'Customer' && typeof args['first'] === 'number' ? args['first'] : 3;
  const one = (at: string): unknown =>
    isObjectType(named)
      ? madeUpObject(named, at, size, typeof args['id'] === 'string' ? args['id'] : undefined)
      : madeUpLeaf(named, at);
  if (!isListType(getNullableType(returnType))) {
    return !isNonNullType(returnType) && !isObjectType(named) && hashOf(origin) % 8 === 0 ? null : one(origin);
  }
  const length = fieldName === 'nodes' ? (source?.size ?? 3) : 2 + (hashOf(origin) % 2);
  return Array.from({ length }, (_, i) => one(`${origin}.${i}`));
}

/** Our own six subgraphs, answering `schema/operations/customer360.graphql` with values made up from the schema. */
export async function customer360(): Promise<Graph> {
  const files = (await readdir(SUBGRAPHS)).sort();
  return {
    requests: 200,
    variables: { id: 'Customer-1' },
    query: await readFile('schema/operations/customer360.graphql', 'utf8'),
    subgraphs: await Promise.all(
      files.map(async (file) => ({
        name: basename(file, '.graphql'),
        sdl: withoutGuards(await readFile(join(SUBGRAPHS, file), 'utf8')),
        resolveField: (source: unknown, args: Record<string, unknown>, _context: unknown, info: GraphQLResolveInfo) =>
          makeUp(source as MadeUp | undefined, args, info),
      })),
    ),
  };
}
