/** A value as COPY takes it: text, nothing, or an array of text. */
export type Cell = string | null | readonly string[];

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': String.raw`\\`,
  '\t': String.raw`\t`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
};

const NEEDS_ESCAPE = /[\\\t\n\r]/;

function escape(text: string): string {
  // Nearly no text does, and to look is much cheaper than to replace nothing.
  if (!NEEDS_ESCAPE.test(text)) return text;
  return text.replaceAll(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}

function arrayLiteral(entries: readonly string[]): string {
  return `{${entries.map((entry) => `"${entry.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(',')}}`;
}

/** A row in the text format of Postgres' COPY, with its line end. */
export function copyText(cells: readonly Cell[]): string {
  const texts = cells.map((cell) => {
    if (cell === null) return String.raw`\N`;
    return escape(typeof cell === 'string' ? cell : arrayLiteral(cell));
  });
  return `${texts.join('\t')}\n`;
}
