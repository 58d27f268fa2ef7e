import fc from 'fast-check';
import { buildSchema, parse, print, validate } from 'graphql';
import { parseDocument } from '../../../gateway/operations/parseDocument.js';

const schema = buildSchema('type Query { a: Int b(x: Int): Query }');

test('errors are located as graphql-js locates them, whatever the lines', () => {
  const gap = fc.array(fc.constantFrom(' ', '\n', '\r\n', '\r', '\t', '# words\n', ','), { maxLength: 6 });
  const text = fc
    .array(fc.tuple(gap, fc.constantFrom('a', 'wrong', 'b { a }', 'b(x: "y") { wrong }', '...Missing')), {
      minLength: 1,
      maxLength: 8,
    })
    .map((parts) => `{${parts.map(([before, field]) => `${before.join('')} ${field}`).join('')}\n}`);
  fc.assert(
    fc.property(text, (query) => {
      const expected = validate(schema, parse(query)).map((error) => error.toJSON());
      const parsed = parseDocument(query, 5_000);
      const located = parsed.locate(validate(schema, parsed.document)).map((error) => error.toJSON());
      expect(located.map(({ message, locations }) => ({ message, locations }))).toEqual(
        expected.map(({ message, locations }) => ({ message, locations })),
      );
    }),
    { numRuns: 200 },
  );
});

test('a document that forgot its locations says the same, and holds none of its text', () => {
  const text = 'query Q($x: Int) { ...F } fragment F on Query { b(x: $x) { a } }';
  const parsed = parseDocument(text, 100);
  expect(parsed.forgetLocations()).toBeGreaterThan(10);
  expect(print(parsed.document)).toBe(print(parse(text)));
  expect(JSON.stringify(parsed.document)).not.toContain('"loc"');
});
