import { type DocumentNode, GraphQLError, type SourceLocation, Source, parse, visit } from 'graphql';

/** A document that was parsed, and how to tell where in its text something is. */
export interface ParsedDocument {
  readonly document: DocumentNode;
  /** The same errors with their true locations: all in one pass through the text, and only for what is refused. */
  locate(errors: readonly GraphQLError[]): readonly GraphQLError[];
  /**
   * Takes out of the document where its parts stand in the text: they hold each of its tokens.
   *
   * @returns how many parts it has
   */
  forgetLocations(): number;
}

/**
 * Parses a document.
 *
 * graphql-js looks up the line of each error when it makes the error, by going through the text from its beginning. A text of many lines
 * and errors would be gone through for each of them; so the source forgets its text once it is parsed, by which each location is on line 1 and its
 * column says how far into the text it is. `locate` makes lines and columns of that.
 *
 * @throws GraphQLError when it is no GraphQL, or has more tokens than allowed
 */
export function parseDocument(text: string, maxTokens: number): ParsedDocument {
  const source = new Source(text);
  const document = parse(source, { maxTokens });
  source.body = '';
  return {
    document,
    locate(errors) {
      const starts = lineStarts(text);
      return errors.map(
        (error) =>
          new Located(
            error,
            error.locations?.map(({ column }) => locationOf(column - 1, starts)),
          ),
      );
    },
    forgetLocations() {
      let parts = 0;
      visit(document, {
        enter(node) {
          parts += 1;
          // Deleted, it would make each part slower to read.
          Object.assign(node, { loc: undefined });
        },
      });
      return parts;
    },
  };
}

/** An error as it is, at other locations. */
class Located extends GraphQLError {
  constructor(
    error: GraphQLError,
    private readonly places: readonly SourceLocation[] | undefined,
  ) {
    super(error.message, { extensions: error.extensions });
  }

  override toJSON(): ReturnType<GraphQLError['toJSON']> {
    return { message: this.message, ...(this.places && { locations: this.places }), extensions: this.extensions };
  }
}

/** Where each line of a text begins. */
function lineStarts(text: string): number[] {
  return [0, ...Array.from(text.matchAll(/\r\n|[\n\r]/g), (match) => match.index + match[0].length)];
}

function locationOf(position: number, starts: readonly number[]): SourceLocation {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: position - (starts[low] ?? 0) + 1 };
}
