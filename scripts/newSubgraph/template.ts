import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What is filled into the template. */
export interface TemplateValues {
  /** `loyalty` */
  readonly name: string;
  readonly owner: string;
  readonly port: number;
  /** Milliseconds since 1970, the number of its first migration. */
  readonly stamp: number;
}

const FOLDER = 'scripts/newSubgraph/template';

/**
 * The files of a new subgraph: path from the top of the project to text. In the template, `{{name}}` and the like stand for the values; in the
 * names of its files, `Name` and `name` do.
 */
export async function fillTemplate(values: TemplateValues): Promise<Map<string, string>> {
  const { name, owner, port, stamp } = values;
  const Name = pascalCase(name);
  const fill: Readonly<Record<string, string>> = { name, Name, owner, port: String(port), stamp: String(stamp) };
  const files = new Map<string, string>();
  for (const entry of await readdir(FOLDER, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const template = join(entry.parentPath, entry.name);
    const text = await readFile(template, 'utf8');
    const path = placeOf(template, { name, Name, stamp });
    files.set(
      path,
      text.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => fill[key] ?? ''),
    );
  }
  return files;
}

/** `Loyalty` of `loyalty`. */
export function pascalCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function placeOf(template: string, { name, Name, stamp }: { name: string; Name: string; stamp: number }): string {
  const path = template.slice(FOLDER.length + 1).replace(/\.txt$/, '');
  if (path.startsWith('test/')) return join('test/subgraphs', path.slice('test/'.length).replace('name', name));
  return join(
    'subgraphs',
    name,
    path.replace('CreateName', `Create${Name}${stamp}`).replace('NameEntry', `${Name}Entry`),
  );
}
