import { type GraphQLError, Lexer, Source, TokenKind } from 'graphql';

/** Half of a surrogate pair, as it is or as an escape. */
const HALF = /^(?:[\ud800-\udfff]|\\u\{?0*d[89a-f])/i;

/**
 * The argument, or the field of an input, whose literal holds half of a surrogate pair, when that is why a text could not be parsed: the grammar has no such
 * text, but whoever sends it gave a wrong value and no wrong grammar.
 *
 * @param error what the parser said
 * @returns undefined when it was anything else
 */
export function halfPairIn(text: string, error: GraphQLError): string | undefined {
  const [position = 0] = error.positions ?? [];
  if (!/^Syntax Error: Invalid (?:Unicode escape sequence|character within String)/.test(error.message))
    return undefined;
  if (!HALF.test(text.slice(position, position + 12))) return undefined;
  const lexer = new Lexer(new Source(text.slice(0, position)));
  let name: string | undefined;
  try {
    for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
      if (token.kind === TokenKind.COLON && token.prev?.kind === TokenKind.NAME) name = token.prev.value;
    }
  } catch {
    // The text that is cut off in the middle: what stands before it is known by now.
  }
  return name;
}
