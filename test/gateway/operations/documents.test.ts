import { buildSchema } from 'graphql';
import { EVERYONE } from '../../../gateway/access/everyone.js';
import { DEFAULT_LIMITS } from '../../../gateway/limits/limits.js';
import { Documents } from '../../../gateway/operations/Documents.js';
import { OperationRefused } from '../../../gateway/operations/OperationRefused.js';

const schema = buildSchema('type Query { a: Int b: Query }');
const NO_WEIGHTS = { types: new Map(), fields: new Map(), inputs: new Map(), listSizes: new Map() };
const MEBIBYTE = 1024 * 1024;

const documentsIn = (keptMegabytes: number, refusedMs = 60_000): Documents =>
  new Documents(schema, NO_WEIGHTS, {
    limits: DEFAULT_LIMITS.operations,
    planning: { keptMegabytes, refusedMs },
    introspection: true,
  });

const refusalOf = (act: () => unknown): OperationRefused => {
  try {
    act();
  } catch (error) {
    if (error instanceof OperationRefused) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

test('texts that differ only in layout, comments or other operations have one operation in common', () => {
  const documents = documentsIn(10);
  const first = documents.check('{ a }', null);
  expect(documents.check('{ a } # once more', null)).toBe(first);
  expect(documents.check('\n{\n  a\n}', undefined)).toBe(first);
  const named = documents.check('query A { a } query B { b { a } }', 'A');
  expect(documents.check('query A { a } query C { a }', 'A')).toBe(named);
  expect(documents.size).toBe(2);
});

test('what was refused is refused again without being read again, for a while', () => {
  const documents = documentsIn(10);
  const refusal = refusalOf(() => documents.check('{ wrong }', null));
  expect(refusalOf(() => documents.check('{ wrong }', null))).toBe(refusal);
  expect(refusalOf(() => documents.check('query A { a }', 'B')).errors[0]?.message).toContain('"B"');
  expect(documents.check('query A { a }', 'A').text).toContain('query A');

  const forgetful = documentsIn(10, 1);
  const before = refusalOf(() => forgetful.check('{ wrong }', null));
  const until = performance.now() + 5;
  while (performance.now() < until);
  expect(refusalOf(() => forgetful.check('{ wrong }', null))).not.toBe(before);
});

test.each([
  ['as an escape', String.raw`{ named(by: { first: "Ann\ud800" }) }`, 'first'],
  ['in braces', String.raw`{ named(by: { first: "\u{DC00}" }) }`, 'first'],
  ['as it is', '{ named(by: { first: "x\ud800y" }) }', 'first'],
])('half of a surrogate pair %s is a wrong value of its argument, not wrong grammar', (_how, text, argument) => {
  const { errors } = refusalOf(() => documentsIn(1).check(text, null));
  expect(errors).toMatchObject([
    { message: expect.stringContaining(argument), extensions: { code: 'BAD_USER_INPUT', argument } },
  ]);
});

test.each([String.raw`{ a(by: "\uzz") }`, String.raw`{ a(by: "\u{110000}") }`, '{ a \ud800 }'])(
  '%s is wrong grammar',
  (text) => {
    const { errors } = refusalOf(() => documentsIn(1).check(text, null));
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
  },
);

const operations = (no: number): string =>
  Array.from({ length: 30 }, (_, index) => `query Q${no}o${index} { b { a } }`).join('\n');

test('however many documents of however many operations come, what is kept stays within its bound', () => {
  const documents = documentsIn(1);
  for (let no = 0; no < 60; no += 1) {
    for (let index = 0; index < 5; index += 1) documents.check(operations(no), `Q${no}o${index}`, EVERYONE);
    expect(documents.bytes).toBeLessThanOrEqual(MEBIBYTE);
    // Each is kept for a while, with what was asked of it.
    expect(documents.size).toBeGreaterThanOrEqual(5);
  }
  // What was evicted takes its operations with it.
  expect(documents.size).toBeLessThan(60 * 5);
  expect(documents.mostUsed(1_000).length).toBe(documents.size);
});

test('what is compiled counts, and a document whose plans are without number is forgotten with them', () => {
  const documents = documentsIn(1);
  const { document } = documents.check('{ a }', null, EVERYONE);
  const other = documents.check('{ b { a } }', null, EVERYONE);
  const before = documents.bytes;
  documents.grow(document, 100_000);
  expect(documents.bytes).toBe(before + 100_000);
  documents.grow(document, 200_000);
  expect(documents.bytes).toBeLessThan(before);
  expect(documents.check('{ b { a } }', null)).toBe(other);
  expect(documents.check('{ a }', null).document).not.toBe(document);
});

test('the most used come first, each with who asked it last', () => {
  const documents = documentsIn(10);
  const anna = { subject: 'anna', scopes: [] };
  documents.check('{ a }', null, EVERYONE);
  for (let count = 0; count < 3; count += 1) documents.check('{ b { a } }', null, count === 2 ? anna : EVERYONE);
  expect(documents.mostUsed(2)).toMatchObject([
    { uses: 3, caller: anna },
    { uses: 1, caller: EVERYONE },
  ]);
});
