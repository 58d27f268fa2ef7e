import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseMapping } from '../../seed/import/mapping.js';
import { TableFile, type OpenOptions } from '../../seed/import/TableFile.js';

/** A folder with files that an import could read. */
export class TableFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'customer360-tables-'));

  /**
   * Writes a file and opens it.
   * @param spec what a mapping says of the file besides its name, as YAML in one line: `csv: { delimiter: ';' }`
   */
  async open(
    name: string,
    content: string | Uint8Array,
    spec = '',
    options?: Partial<OpenOptions>,
  ): Promise<TableFile> {
    writeFileSync(join(this.path, name), content);
    const target = '{ entity: identity.Employee, fields: {} }';
    const text = `source: s\nfiles: { f: { file: ${name}, key: k, targets: [${target}], ${spec} } }`;
    const { f } = parseMapping(text, 'm.yaml').files;
    if (f === undefined) throw new Error('no file');
    return TableFile.open(this.path, f, { columns: new Set(Object.keys(f.columns)), ...options });
  }

  /** The header and the rows of a file, each behind the number of its line. */
  async read(name: string, content: string | Uint8Array, spec = ''): Promise<[number, ...string[]][]> {
    const table = await this.open(name, content, spec);
    const rows: [number, ...string[]][] = [[0, ...table.header]];
    for await (const { line, cells } of table.rows()) rows.push([line, ...cells]);
    return rows;
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
