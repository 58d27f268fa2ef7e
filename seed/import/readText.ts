import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { decodeText } from './decodeText.js';
import { ImportError } from './ImportError.js';

/** What files begin with that are not text. */
const GZIP = [0x1f, 0x8b];
const ZIP = [0x50, 0x4b, 0x03, 0x04];

/** The encodings that a byte order mark tells. */
const BYTE_ORDER_MARKS: readonly (readonly [mark: readonly number[], encoding: string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

const startsWith = (bytes: Uint8Array, start: readonly number[]) => start.every((byte, index) => bytes[index] === byte);

/** The first bytes of a file, as they are on the disk. */
function firstBytes(path: string, count: number): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(count);
    return bytes.subarray(0, readSync(file, bytes, 0, count, 0));
  } finally {
    closeSync(file);
  }
}

/**
 * The bytes of a file, unpacked when it is gzip (known by its first bytes, whatever its name).
 * @param progress told how many bytes of the file, as it is on the disk, are read
 * @throws ImportError when the gzip is broken, or the file is a ZIP archive
 */
export async function* readBytes(path: string, progress?: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const start = firstBytes(path, ZIP.length);
  if (startsWith(start, ZIP)) {
    throw new ImportError(
      `${path} is a ZIP archive, as Excel workbooks are too; unpack it, or save the sheet as CSV (UTF-8)`,
    );
  }
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  if (progress) file.on('data', () => progress(file.bytesRead));
  // Errors of either stream arrive where the last one is read.
  const stream = startsWith(start, GZIP) ? pipeline(file, createGunzip(), () => {}) : file;
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_')) throw new ImportError(`${path} is broken gzip: ${message}; fetch the file again`);
    if (error instanceof ImportError) throw error;
    throw new ImportError(`${path} cannot be read: ${message}`);
  } finally {
    stream.destroy();
    file.destroy();
  }
}

/**
 * The text of a file, unpacked and decoded. A byte order mark says the encoding, whatever the mapping says.
 * @param encoding a label of the WHATWG Encoding Standard; `utf-8` when undefined
 * @throws ImportError when it is not text in that encoding, broken gzip, or cannot be read
 */
export async function* readText(
  path: string,
  encoding: string | undefined,
  progress?: (bytes: number) => void,
): AsyncGenerator<string> {
  const bytes = readBytes(path, progress);
  try {
    const first = await bytes.next();
    if (first.done) return;
    const marked = BYTE_ORDER_MARKS.find(([mark]) => startsWith(first.value, mark))?.[1];
    const chosen = marked ?? encoding ?? 'utf-8';
    refuseWideText(first.value, chosen, path);
    yield* decodeText(prepend(first.value, bytes), chosen, path);
  } finally {
    await bytes.return(undefined);
  }
}

async function* prepend(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

/** UTF-16 without a byte order mark is valid UTF-8 as long as it is English: every second character is NUL. */
function refuseWideText(bytes: Uint8Array, encoding: string, path: string): void {
  if (encoding.toLowerCase().startsWith('utf-16')) return;
  const wide = wideEncoding(bytes);
  if (wide === undefined) return;
  throw new ImportError(
    `${path} is not ${encoding}: it looks like ${wide}; say so in the mapping (csv: { encoding: ${wide} })`,
  );
}

/** `utf-16le` or `utf-16be` when these first bytes of a file look like it, with a byte order mark or without. */
export function wideEncoding(bytes: Uint8Array): string | undefined {
  const marked = BYTE_ORDER_MARKS.find(([mark]) => startsWith(bytes, mark))?.[1];
  if (marked !== undefined) return marked === 'utf-8' ? undefined : marked;
  const sample = bytes.subarray(0, 1024);
  const nuls = [0, 0];
  for (const [index, byte] of sample.entries()) if (byte === 0) nuls[index % 2] = (nuls[index % 2] ?? 0) + 1;
  const many = sample.length / 4;
  if (sample.length < 2 || Math.max(...nuls) < many) return undefined;
  return (nuls[1] ?? 0) >= many ? 'utf-16le' : 'utf-16be';
}
