import { ImportError } from './ImportError.js';

/** Where the first line is that is not text in this encoding. */
function badLine(bytes: Uint8Array, encoding: string): number {
  const strict = new TextDecoder(encoding, { fatal: true });
  let line = 0;
  // The chunk may begin inside of a character that the chunk before it began.
  let begin = 0;
  while (encoding.toLowerCase() === 'utf-8' && ((bytes[begin] ?? 0) & 0xc0) === 0x80 && begin < 3) begin += 1;
  for (let start = begin; start < bytes.length; line += 1) {
    const end = bytes.indexOf(10, start);
    try {
      strict.decode(bytes.subarray(start, end < 0 ? bytes.length : end));
    } catch {
      return line;
    }
    start = end < 0 ? bytes.length : end + 1;
  }
  return Math.max(line - 1, 0);
}

/**
 * Bytes to text, strictly: what is not text in this encoding is an error and not a replacement character. A byte order mark
 * at the start is left out.
 * @param name what the bytes are, for the error
 * @throws ImportError with the line of the first wrong byte
 */
export async function* decodeText(
  chunks: AsyncIterable<Uint8Array>,
  encoding: string,
  name: string,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let line = 1;
  const decode = (bytes: Uint8Array, stream: boolean): string => {
    try {
      return decoder.decode(bytes, { stream });
    } catch {
      const other = encoding.toLowerCase().startsWith('utf-8') ? 'windows-1252' : 'utf-8';
      throw new ImportError(
        `${name}: line ${line + badLine(bytes, encoding)} is not ${encoding}; ` +
          `if the file is written in another encoding, say so in the mapping (csv: { encoding: ${other} })`,
      );
    }
  };
  for await (const chunk of chunks) {
    const text = decode(chunk, true);
    line += text.split('\n').length - 1;
    yield text;
  }
  yield decode(new Uint8Array(), false);
}
