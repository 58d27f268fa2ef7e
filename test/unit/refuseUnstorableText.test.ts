import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeCursor, encodeCursor } from '../../subgraphs/kit/sql/cursor.js';
import { refuseUnstorableText } from '../../subgraphs/kit/serve/refuseUnstorableText.js';
import { storableJson, storableText } from '../../subgraphs/kit/sql/storableText.js';

/** Which argument is named; null when nothing is refused. */
function refused(query: string, variables?: unknown): unknown {
  try {
    refuseUnstorableText({ query, variables });
    return null;
  } catch (error) {
    return (error as { extensions: Record<string, unknown> }).extensions['argument'];
  }
}

const BAD = 'a\ud800';

test('the argument is named where the text is used, whatever the variable is called', () => {
  expect(refused('query ($x: String) { f(note: $x) }', { x: BAD })).toBe('note');
  expect(refused('query ($x: In) { f(input: { lines: [{ a: 1 }, $x] }) }', { x: { sku: BAD } })).toBe(
    'input.lines.1.sku',
  );
  expect(refused('query ($x: JSON) { f(a: $x) }', { x: { [BAD]: 1 } })).toBe('a');
  expect(refused('query { ...F } fragment F on Query { f { g(h: "\\u0000") } }')).toBe('h');
});

test('the default of a variable counts where the variable is not given', () => {
  const query = 'query ($x: String = "\\u{0}") { f(a: $x) }';
  expect(refused(query)).toBe('a');
  expect(refused(query, { x: 'fine' })).toBeNull();
  expect(refused(query, { x: null })).toBeNull();
});

test.each([
  ['an emoji', 'f(a: "😀")'],
  ['an emoji by escapes', 'f(a: "\\ud83d\\ude00")'],
  ['what looks like an escape behind a backslash', 'f(a: "\\\\ud800")'],
  ['the replacement character beside a pair', 'f(a: "\ufffd", b: "\\ud83d\\ude00")'],
  ['a block string, in which there are no escapes', 'f(a: """\\u0000""")'],
  ['a document with another fault, which is told elsewhere', 'f(a: "\\ud800"'],
])('%s is let through', (_what, selection) => {
  expect(refused(`{ ${selection} }`)).toBeNull();
});

test.each([
  ['half of a pair', 'f(a: "\\uD800")'],
  ['the other half', 'f(a: "\\udc00")'],
  ['two halves in the wrong order', 'f(a: "\\udc00\\ud800")'],
  ['half of a pair in braces', 'f(a: "\\u{d800}")'],
  ['half of a pair as it is', 'f(a: "\ud800")'],
  ['half of a pair in a block string', 'f(a: """\ud800""")'],
  ['U+0000 as it is', 'f(a: "\0")'],
])('%s as a literal is refused', (_what, selection) => {
  expect(refused(`{ ${selection} }`)).toBe('a');
});

test('a hundred thousand lists within each other cost no stack', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(100_000)}"\\u0000"${']'.repeat(100_000)}`);
  expect(String(refused('query ($x: JSON) { f(a: $x) }', { x: deep }))).toMatch(/^a\.0\.0/);
});

test('what is kept of a text that Postgres cannot hold is all but those characters', () => {
  const texts = fc.string({
    unit: fc.oneof(fc.constantFrom('\0', '\ud800', '\udfff', '\\', '\\u0000', '😀'), fc.string()),
  });
  fc.assert(
    fc.property(texts, (text) => {
      const kept = storableText(text);
      expect(kept).toBe(text.replaceAll('\0', '\ufffd').replaceAll(/\p{Surrogate}/gu, '\ufffd'));
      expect(JSON.parse(storableJson({ text }))).toEqual({ text: kept });
    }),
  );
});

test.each([
  ['half of a pair', '\ud800'],
  ['U+0000', '\0'],
])('a cursor that holds %s was given out by nobody', (_what, text) => {
  expect(() => decodeCursor(encodeCursor('names', [`a${text}`]), 'names', ['text'])).toThrow(/not a cursor/);
  expect(decodeCursor(encodeCursor('names', ['😀']), 'names', ['text'])).toEqual(['😀']);
});
