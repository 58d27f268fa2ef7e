import { copyText, type Cell } from './copyText.js';

type Value = string | number | boolean | Date | object | null | undefined | readonly string[];

function cell(value: Value, moved: (moment: Date) => Date): Cell {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return moved(value).toISOString();
  if (typeof value !== 'object') return String(value);
  return Array.isArray(value) ? (value as readonly string[]) : JSON.stringify(value);
}

/** How much text goes to the database at once, in characters: a packet for each row would cost more than the row. */
const CHUNK = 1 << 16;

/** Rows of one entity as text for COPY: text takes less memory than objects, and is made once. */
export class CopyTable {
  /** The names of the properties that each row has, in the order of the text. */
  readonly properties: readonly string[];
  readonly #chunks: string[] = [];
  #last = '';
  readonly #moved: (moment: Date) => Date;
  #count = 0;

  /**
   * @param first a row that says which properties all rows have; it is not taken in
   * @param moved what a time becomes; by default it stays
   */
  constructor(first: object, moved: (moment: Date) => Date = (moment) => moment) {
    this.properties = Object.keys(first);
    this.#moved = moved;
  }

  /** How many rows there are. */
  get count(): number {
    return this.#count;
  }

  /**
   * Takes a row in.
   * @throws Error when it has a property that the first row has not
   */
  add(row: Readonly<Record<string, unknown>>): void {
    const { properties } = this;
    const cells: Cell[] = [];
    let known = 0;
    for (const property of properties) {
      const value = row[property];
      if (value !== undefined) known += 1;
      cells.push(cell(value as Value, this.#moved));
    }
    const given = Object.keys(row);
    if (given.length > known && given.some((name) => row[name] !== undefined && !properties.includes(name))) {
      throw new Error(`a row has other properties (${given.join()}) than the first (${properties.join()})`);
    }
    this.#count += 1;
    this.#last += copyText(cells);
    if (this.#last.length < CHUNK) return;
    this.#chunks.push(this.#last);
    this.#last = '';
  }

  /** All rows, in pieces. May be read more than once. */
  *text(): Generator<string> {
    yield* this.#chunks;
    if (this.#last !== '') yield this.#last;
  }
}
