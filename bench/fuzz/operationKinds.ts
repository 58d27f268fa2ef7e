import { createHash, createHmac } from 'node:crypto';
import type { HostileKind, Outcome } from './HostileKind.js';
import { FUZZ_SECRET, type FuzzTarget } from './FuzzTarget.js';
import { judgeContent } from '../../test/fuzz/judge.js';

type Random = () => number;

/** As many errors as an answer holds at most. */
const MOST_ERRORS = 100;
/** A refusal is short, whatever was refused. */
const MOST_REFUSED_BYTES = 40_000;

/** From 1 up to so many, small ones as often as large ones: as many from 1 to 10 as from 100 to 1,000. */
export const upTo = (random: Random, most: number): number => Math.floor((most + 1) ** random());
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** One of so many callers, as a proxy tells of them. */
export function caller(random: Random, of = 256): Record<string, string> {
  return { 'x-forwarded-for': `10.0.0.${Math.floor(random() * of)}` };
}

/**
 * Judges an answer by what all answers are held to.
 *
 * @throws Error that says what is wrong
 */
function outcomeOf(target: FuzzTarget, status: number, text: string): Outcome {
  const problem = judgeContent(status, text, target.secrets);
  if (problem !== undefined) throw new Error(problem);
  if (status === 503) return 'shed';
  // An event stream has it in its first event, behind whatever keeps the connection awake.
  const json = text.startsWith('{') ? text : (/^data: (\{.*)$/m.exec(text)?.[1] ?? '{}');
  const { data, errors = [] }: { data?: unknown; errors?: unknown[] } = JSON.parse(json);
  if (errors.length > MOST_ERRORS) throw new Error(`${errors.length} errors in one answer`);
  if (data != null) return 'answered';
  if (text.length > MOST_REFUSED_BYTES)
    throw new Error(`a refusal of ${text.length} characters: ${text.slice(0, 300)}`);
  return 'refused';
}

/** Posts an operation; one of ten as an event stream, because there is one door for both. */
async function post(
  target: FuzzTarget,
  random: Random,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Outcome> {
  const path = random() < 0.1 ? '/graphql/stream' : '/graphql';
  const all = { ...caller(random), accept: 'application/graphql-response+json, text/event-stream', ...headers };
  const { status, text } = await target.request('POST', path, all, JSON.stringify(body));
  return outcomeOf(target, status, text);
}

const FIND = 'query ($filter: Filter, $ids: [Int]) { find(filter: $filter, ids: $ids) }';

const BITS = 10;
const BITS_TEXT = (round: number): string =>
  `query Bits${round} (${times(BITS, (bit) => `$b${bit}: Boolean!`).join(' ')}) { things(count: 2) { ${times(
    BITS,
    (bit) => `f${bit}: ${bit % 2 ? 'id' : 'fine'} @include(if: $b${bit})`,
  ).join(' ')} } }`;

/** Forms in which a document of thousands of tokens can come; those that would be hard to plan are wrong as well. */
const LONG: readonly ((count: number, random: Random) => string)[] = [
  (count) => times(count, (index) => `query Q${index} { name }`).join('\n'),
  (count) => times(count, () => 'query Same { name }').join('\n'),
  (count) => `{ node { nope ${'id '.repeat(6 * count)} } }`,
  (count) => `{ node { nope ${'meta { a b } '.repeat(count)} } }`,
  (count) => `{ node { nope ${'meta { a b a } __typename '.repeat(count)} } }`,
  (count) => `{ find(ids: [${'1 '.repeat(8 * count)}]) }`,
  (count) => `{ find(filter: { ${times(count, (index) => `k${index}: 1`).join(' ')} }) }`,
  (count) =>
    `{ ${times(count, (index) => `...F${index}`).join(' ')} } ${times(count, (index) => `fragment F${index} on Query { name }`).join(' ')}`,
  (count) =>
    `{ node { nope ${times(count, (index) => `...F${index}`).join(' ')} } } ${times(count, (index) => `fragment F${index} on Node { id meta { a } }`).join(' ')}`,
  (count) =>
    `{ ...F0 } ${times(count, (index) => `fragment F${index} on Query { name ...F${(index + 1) % count} }`).join(' ')}`,
  (count) =>
    `query (${times(count, (index) => `$v${index}: Int`).join(' ')}) { find(ids: [${times(count, (index) => `$v${index}`).join(' ')}]) }`,
  (count) => `{ node { nope ${times(count, (index) => `... on T${index % 80} { id meta { a } }`).join(' ')} } }`,
  (count) => `{ ${times(count, (index) => `wrong${index % 20}`).join(' ')} }`,
];

const HARD: readonly ((random: Random) => string)[] = [
  (random) => `{ rated { ... on Book { label pages${upTo(random, 50)}: pages } } }`,
  (random) => `{ node { meta { a${upTo(random, 100)}: a b${upTo(random, 100)}: b } } }`,
  () => '{ rated { ... on Book { label } } }',
  (random) => `{ rated { stars title label ... on Book { pages title x${upTo(random, 500)}: label } } }`,
];

/** In a string of JSON: what JavaScript holds, and Postgres and Unicode do not. */
const UNSTORABLE = ['\u0000', '\ud800', '\udfff\ud800', 'a\u0000b', '\ud83d', 'x\udc00'];

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function jwt(header: unknown, claims: unknown, secret: string): string {
  const signed = `${encoded(header)}.${encoded(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

const BAD_TOKENS: readonly ((random: Random) => string)[] = [
  (random) => jwt({ alg: 'HS256' }, { sub: 'x', exp: 4e9 }, `wrong ${random()}`),
  (random) => jwt({ alg: 'none' }, { sub: `x${random()}` }, ''),
  (random) => jwt({ alg: 'HS256' }, { sub: 'x', exp: upTo(random, 1e9) }, FUZZ_SECRET),
  (random) => jwt({ alg: 'RS256', kid: 'k'.repeat(upTo(random, 4_000)) }, { sub: 'x' }, FUZZ_SECRET),
  (random) => 'a.b.c'.repeat(upTo(random, 500)),
  (random) => '='.repeat(upTo(random, 5_000)),
  (random) => jwt({ alg: 'HS256' }, { sub: { a: random() }, exp: 'soon', scope: [[1]] }, FUZZ_SECRET),
];

/** Kinds of which each is one request with an operation. */
export const OPERATION_KINDS: readonly HostileKind[] = [
  {
    name: 'unknown-keys',
    what: 'up to 5,000 keys that an input object does not have, in its variable',
    together: 8,
    send: (target, random, index) =>
      post(target, random, {
        query: FIND,
        variables: { filter: Object.fromEntries(times(upTo(random, 5_000), (key) => [`k${index}_${key}`, key])) },
      }),
  },
  {
    name: 'wrong-elements',
    what: 'up to 20,000 elements of a list that are of another type, in its variable',
    together: 8,
    send: (target, random, index) =>
      post(target, random, { query: FIND, variables: { ids: times(upTo(random, 20_000), () => `x${index}`) } }),
  },
  {
    name: 'many-errors',
    what: 'lists whose elements each fail in a subgraph: up to 100, sometimes 4,000',
    together: 8,
    send: (target, random) =>
      post(target, random, {
        query: 'query ($count: Int!) { things(count: $count) { id broken } }',
        variables: { count: upTo(random, random() < 0.01 ? 4_000 : 100) },
      }),
  },
  {
    name: 'newlines',
    what: 'up to 120,000 newlines before up to 20 fields that do not exist',
    together: 8,
    send: (target, random, index) =>
      post(target, random, {
        query: `${'\n'.repeat(upTo(random, 120_000))}{ ${times(upTo(random, 20), (field) => `no${index}_${field}`).join('\n')} }`,
      }),
  },
  {
    name: 'long-documents',
    what: 'documents of thousands of tokens: operations, fragments, equal fields, variables, elements',
    together: 4,
    send: (target, random, index) => {
      const text = LONG[index % LONG.length] ?? LONG[0];
      const query = `# ${index}\n${text?.(upTo(random, 700), random)}`;
      return post(target, random, { query, ...(query.includes('query Q0') && { operationName: 'Q0' }) });
    },
  },
  {
    name: 'hard-plans',
    what: 'operations that take the planner seconds, from four callers',
    together: 64,
    send: async (target, random, index) => {
      const query = (HARD[index % HARD.length] ?? HARD[0])?.(random);
      return post(target, random, { query }, caller(random, 4));
    },
  },
  {
    name: 'boolean-variables',
    what: 'ten @include variables that count up in binary',
    together: 8,
    send: (target, random, index) =>
      post(target, random, {
        query: BITS_TEXT(index >> BITS),
        variables: Object.fromEntries(times(BITS, (bit) => [`b${bit}`, ((index >> bit) & 1) === 1])),
      }),
  },
  {
    name: 'unstorable-text',
    what: 'lone surrogates and U+0000, as text in variables, literals, names and keys',
    together: 8,
    send: (target, random, index) => {
      const text = UNSTORABLE[index % UNSTORABLE.length] ?? '';
      const bodies = [
        { query: 'query ($id: ID) { find(filter: { id: $id }) }', variables: { id: text } },
        { query: FIND, variables: { filter: { name: text } } },
        { query: FIND, variables: { filter: { [text]: 1 } } },
        { query: `{ find(filter: { name: ${JSON.stringify(text)} }) }` },
        { query: `{ name } # ${text}` },
        { query: '{ name }', operationName: text },
        { query: 'mutation ($name: String) { rename(name: $name) }', variables: { name: text } },
      ];
      return post(target, random, bodies[Math.floor(random() * bodies.length)]);
    },
  },
  {
    name: 'wrong-hashes',
    what: 'persisted operations that nobody knows, or whose hash is that of another text, by POST and GET',
    together: 8,
    async send(target, random, index) {
      const hash = createHash('sha256').update(`${index}`).digest('hex');
      const hashes = [
        hash,
        hash.toUpperCase(),
        hash.slice(upTo(random, 60)),
        hash.repeat(upTo(random, 20)),
        index,
        null,
      ];
      const sha256Hash = hashes[Math.floor(random() * hashes.length)];
      const extensions = { persistedQuery: { version: upTo(random, 3), sha256Hash } };
      const query = random() < 0.5 ? '{ name }' : undefined;
      if (random() < 0.5) return post(target, random, { query, extensions });
      const asked = new URLSearchParams({
        ...(query !== undefined && { query }),
        extensions: JSON.stringify(extensions),
      });
      const headers = { ...caller(random), 'apollo-require-preflight': '1' };
      const { status, text } = await target.request('GET', `/graphql?${asked.toString()}`, headers);
      return outcomeOf(target, status, text);
    },
  },
  {
    name: 'bad-tokens',
    what: 'tokens that are forged, expired, of no algorithm, of another form or no tokens at all',
    together: 8,
    send: (target, random, index) => {
      const text = (BAD_TOKENS[index % BAD_TOKENS.length] ?? BAD_TOKENS[0])?.(random);
      return post(target, random, { query: '{ name }' }, { authorization: `Bearer ${text}` });
    },
  },
];
