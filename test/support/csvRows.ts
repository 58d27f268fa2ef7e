/** A row of a CSV, by the names of the header. */
export type CsvCells = Record<string, string>;

/** Reads CSV by other code than the importer's: quotes, doubled quotes, line breaks in quotes. Cells are trimmed. */
export function parseCsv(text: string, delimiter = ','): CsvCells[] {
  const rows: string[][] = [[]];
  let [cell, quoted] = ['', false];
  const endCell = () => {
    rows.at(-1)?.push(cell.trim());
    cell = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const one = text[at] ?? '';
    if (quoted) {
      if (one !== '"') cell += one;
      else if (text[at + 1] === '"') cell += text[(at += 1)];
      else quoted = false;
    } else if (one === '"' && cell.trim() === '') [cell, quoted] = ['', true];
    else if (one === delimiter) endCell();
    else if (one === '\n') {
      endCell();
      rows.push([]);
    } else if (one !== '\r') cell += one;
  }
  if (cell !== '' || (rows.at(-1)?.length ?? 0) > 0) endCell();
  const [header = [], ...body] = rows.filter((row) => row.length > 0);
  // A name that comes twice is told from the first by its position.
  const names = header.map((name, index) => (header.indexOf(name) < index ? `${name} (${index + 1})` : name));
  return body.map((cells) => Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])));
}

/** Writes CSV, every cell quoted. */
export function formatCsv(header: readonly string[], rows: readonly (readonly string[])[], delimiter = ','): string {
  const line = (cells: readonly string[]) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter);
  return [header, ...rows].map((cells) => `${line(cells)}\r\n`).join('');
}

/** How often each value comes. */
export function tally(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
