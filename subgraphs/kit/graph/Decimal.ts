import { Kind } from 'graphql';
import { strictScalar } from './strictScalar.js';

const PATTERN = /^-?\d{1,15}(\.\d{1,4})?$/;

function parse(value: unknown): string {
  // A JSON number has already been through a float; 15 significant digits survive that exactly.
  const text = typeof value === 'number' && String(value).replace(/[-.]/g, '').length <= 15 ? String(value) : value;
  if (typeof text !== 'string' || !PATTERN.test(text)) {
    throw new TypeError(`${JSON.stringify(value)}; write "1234.50", at most 15 digits before the point and 4 after it`);
  }
  return text;
}

/** An exact decimal number; in code, in SQL (`numeric(19,4)`) and in JSON it is text, never a float. */
export const Decimal = strictScalar<string, string>({
  name: 'Decimal',
  description:
    'An exact decimal number, written as text: `"1234.50"`. At most 15 digits before the point and 4 after it. Never a float.',
  serialize: (value) => String(value),
  parseValue: parse,
  parseLiteral(node) {
    if (node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT) return parse(node.value);
    throw new TypeError('write it as text or as a number, "1234.50"');
  },
});
