import { type GraphQLLeafType, isEnumType } from 'graphql';

const MAX_INT = 2_147_483_647;

/** The JSON of a leaf value that is not null; undefined when the type does not allow the value. */
export type LeafWriter = (value: unknown) => string | undefined;

/**
 * Makes the writer of a leaf type. It is strict, as subgraphs have coerced already: what does not fit is a fault. Only a number
 * as `ID` is turned into the text that the specification demands.
 *
 * @see https://spec.graphql.org/October2021/#sec-Scalars
 */
export function leafWriter(type: GraphQLLeafType): LeafWriter {
  if (isEnumType(type)) {
    const texts = new Map<unknown, string>(type.getValues().map(({ name }) => [name, JSON.stringify(name)]));
    return (value) => texts.get(value);
  }
  switch (type.name) {
    case 'String':
      return (value) => (typeof value === 'string' ? quote(value) : undefined);
    case 'ID':
      return writeId;
    case 'Int':
      return (value) => (isInt(value) ? String(value) : undefined);
    case 'Float':
      return (value) => (typeof value === 'number' && Number.isFinite(value) ? JSON.stringify(value) : undefined);
    case 'Boolean':
      return (value) => (typeof value === 'boolean' ? String(value) : undefined);
    default:
      return (value) => JSON.stringify(value);
  }
}

function writeId(value: unknown): string | undefined {
  if (typeof value === 'string') return quote(value);
  return Number.isInteger(value) ? `"${String(value)}"` : undefined;
}

/** What JSON escapes in a text, and the halves of pairs, which it escapes when they are alone. */
const ESCAPED = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** Looking at a long text costs what copying it does, and leaves nothing behind to be collected. */
function quote(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function isInt(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value <= MAX_INT && value >= -MAX_INT - 1;
}
