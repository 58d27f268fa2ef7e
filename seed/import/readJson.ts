import { Big } from 'big.js';
import { assembler } from 'stream-json/core/assembler.js';
import { jsonParser, type Token } from 'stream-json/core/parser.js';
import { ImportError } from './ImportError.js';

/** One record of a JSON document. */
export interface JsonRecord {
  /** Where it starts: the number that an editor shows. */
  readonly line: number;
  /** Its members; numbers are text with the digits that the file has. */
  readonly members: Readonly<Record<string, unknown>>;
}

/** How a JSON file is written. */
export interface JsonLayout {
  /** `ndjson`: a record a line, or one after the other. */
  readonly format: 'json' | 'ndjson';
  /** Where the array of the records is, as an RFC 6901 pointer; empty when it is the document. */
  readonly records: string;
}

const PIECE = 64 * 1024;
const OPENING: ReadonlySet<string> = new Set(['startObject', 'startArray']);
const CLOSING: ReadonlySet<string> = new Set(['endObject', 'endArray']);

/** Cuts text behind its line breaks, so that whatever comes out of a piece is of one line; long lines come in several pieces. */
async function* linePieces(text: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const chunk of text) {
    for (let from = 0; from < chunk.length;) {
      const end = chunk.indexOf('\n', from);
      const to = Math.min(end < 0 ? chunk.length : end + 1, from + PIECE);
      yield chunk.slice(from, to);
      from = to;
    }
  }
}

/**
 * The records of a JSON or NDJSON file, one after the other: never more than one is in memory.
 * @param text the file's text, in pieces
 * @param path the file's name, for the errors
 * @throws ImportError with the line, when it is no JSON or its records are no objects, or the array is not there
 */
export async function* readJson(
  text: AsyncIterable<string>,
  layout: JsonLayout,
  path: string,
): AsyncGenerator<JsonRecord> {
  const isLines = layout.format === 'ndjson';
  const parse = jsonParser({ packValues: true, streamValues: false, jsonStreaming: isLines });
  const splitter = new RecordSplitter(isLines ? undefined : pointerParts(layout.records), path);
  let line = 1;
  const read = (piece: string): JsonRecord[] => {
    const result = tokens(parse, piece, `${path}: line ${line} is broken JSON`);
    return result.flatMap((token) => splitter.take(token, line) ?? []);
  };
  for await (const piece of linePieces(text)) {
    yield* read(piece);
    if (piece.endsWith('\n')) line += 1;
  }
  // A number or a word at the very end is told by what comes after it.
  yield* read(' ');
  splitter.finish();
}

function tokens(parse: ReturnType<typeof jsonParser>, piece: string, problem: string): readonly Token[] {
  try {
    const result: unknown = parse(piece);
    return typeof result === 'object' && result !== null && 'values' in result ? (result.values as Token[]) : [];
  } catch (error) {
    const reason = (error as Error).message.replace(/^Parser (cannot parse input: )?/, '');
    throw new ImportError(`${problem}: ${reason}`);
  }
}

/** `/data/items` as `data`, `items`. */
function pointerParts(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Follows the tokens of a document to the array of its records and puts each record together. */
class RecordSplitter {
  /** The member, or the number of the element, that each open object or array is at. */
  readonly #path: (string | number)[] = [];
  /** How deep the elements of the array are; undefined until it is found. */
  #depth: number | undefined;
  #found = false;
  #record: ReturnType<typeof assembler> | undefined;
  #recordLine = 0;

  /** @param pointer where the array is; undefined for records that stand one after the other */
  constructor(
    private readonly pointer: readonly string[] | undefined,
    private readonly file: string,
  ) {
    if (pointer === undefined) [this.#depth, this.#found] = [0, true];
  }

  /** @returns the record that ends with this token */
  take(token: Token, line: number): JsonRecord | undefined {
    if (this.#record) return this.#continue(token);
    if (OPENING.has(token.name)) {
      this.#enter();
      const isRecord = this.#depth === this.#path.length;
      if (isRecord) this.#begin(token, line);
      else if (this.#isRecordsArray(token, line)) this.#depth = this.#path.length + 1;
      this.#path.push(token.name === 'startArray' ? -1 : '');
    } else if (CLOSING.has(token.name)) {
      this.#path.pop();
      if (this.#depth !== undefined && this.pointer && this.#path.length < this.#depth) this.#depth = undefined;
    } else if (token.name === 'keyValue') {
      this.#path[this.#path.length - 1] = token.value;
    } else {
      this.#enter();
      if (this.#depth === this.#path.length) throw this.#noObject(line);
      if (this.#isAtPointer()) throw this.#noArray(line);
    }
    return undefined;
  }

  /** @throws ImportError when the document ended too early, or had no such array */
  finish(): void {
    if (this.#path.length > 0) throw new ImportError(`${this.file} is broken JSON: it ends in the middle`);
    if (!this.#found) throw this.#notThere();
  }

  /** Counts the elements of the array that we are in. */
  #enter(): void {
    const last = this.#path.at(-1);
    if (typeof last === 'number') this.#path[this.#path.length - 1] = last + 1;
  }

  #begin(token: Token, line: number): void {
    if (token.name !== 'startObject') throw this.#noObject(line);
    this.#record = assembler({ numberAsString: true });
    this.#recordLine = line;
    this.#record.consume(token);
  }

  #continue(token: Token): JsonRecord | undefined {
    const record = this.#record;
    if (record === undefined) return undefined;
    record.consume(token.name === 'numberValue' ? { ...token, value: plainNumber(token.value) } : token);
    if (!record.done) return undefined;
    this.#record = undefined;
    this.#path.pop();
    return { line: this.#recordLine, members: record.current as Record<string, unknown> };
  }

  #isAtPointer(): boolean {
    const { pointer } = this;
    if (pointer === undefined || this.#path.length !== pointer.length) return false;
    return pointer.every((part, index) => String(this.#path[index]) === part);
  }

  #isRecordsArray(token: Token, line: number): boolean {
    if (this.#found || !this.#isAtPointer()) return false;
    if (token.name !== 'startArray') throw this.#noArray(line);
    this.#found = true;
    return true;
  }

  #noObject(line: number): ImportError {
    return new ImportError(`${this.file}: line ${line} has a record that is no JSON object`);
  }

  #noArray(line: number): ImportError {
    if (this.pointer?.length === 0) {
      return new ImportError(
        `${this.file} is no JSON array: say where in it the records are (records: /data), or that there is one a line ` +
          '(format: ndjson)',
      );
    }
    return new ImportError(`${this.file}: line ${line}: what records names is no JSON array`);
  }

  #notThere(): ImportError {
    const { pointer = [] } = this;
    if (pointer.length === 0) return new ImportError(`${this.file} is empty; it must be a JSON array of records`);
    return new ImportError(
      `${this.file} has no ${pointer.map((part) => `/${part}`).join('')}, where records says they are`,
    );
  }
}

/** `1.5e3` as `1500`; any other number as it stands, however many digits it has. */
function plainNumber(number: string): string {
  return /e/i.test(number) ? new Big(number).toFixed() : number;
}
