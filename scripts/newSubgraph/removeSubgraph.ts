import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegistry } from '../../schema/registry.js';
import { formatFiles } from './formatFiles.js';
import { withoutSubgraph, writeLists } from './lists.js';
import { refreshSchema } from './refreshSchema.js';
import { fillTemplate, pascalCase } from './template.js';

export interface RemoveOptions {
  readonly name: string;
  /** Also when its files were changed. */
  readonly isSure: boolean;
  readonly print: (line: string) => void;
}

/**
 * Takes away a subgraph that the command made: its folder, its tests, its entries in the lists. What it wrote to Postgres stays.
 *
 * @throws Error when there is none of that name, when the command did not make it, or when its files were changed and nobody is sure; then
 *   nothing was removed
 */
export async function removeSubgraph({ name, isSure, print }: RemoveOptions): Promise<void> {
  const listed = (await readRegistry()).subgraphs.find((subgraph) => subgraph.name === name);
  if (!listed) throw new Error(`there is no subgraph "${name}" in subgraphs.yaml`);
  const folder = join('subgraphs', name);
  const test = join('test/subgraphs', `${name}.test.ts`);
  const changed = await changedFiles(name, listed.owner, Number(new URL(listed.url).port));
  if (changed === undefined) throw new Error(`"${name}" was not made by this command; take it away by hand`);
  if (changed.length > 0 && !isSure) {
    throw new Error(
      `these were changed since they were made: ${changed.join(', ')}. Add --yes to remove them all the same`,
    );
  }
  const lists = await withoutSubgraph(name);
  await writeLists(lists);
  for (const path of [folder, join('dist', folder), test, listed.schema])
    await rm(path, { recursive: true, force: true });
  await formatFiles([...lists.keys()]);
  await refreshSchema(print);
  print(`${name} is gone; its tables in Postgres stay (DROP SCHEMA ${name} CASCADE removes them)`);
}

/** The files that are not as the template has them; undefined where there is no migration of the template's. */
async function changedFiles(name: string, owner: string, port: number): Promise<string[] | undefined> {
  const created = new RegExp(`^Create${pascalCase(name)}(\\d+)\\.ts$`);
  const migrations = await readdir(join('subgraphs', name, 'migrations')).catch(() => []);
  const stamp = migrations.map((file) => created.exec(file)?.[1]).find((found) => found !== undefined);
  if (stamp === undefined) return undefined;
  const made = await fillTemplate({ name, owner, port, stamp: Number(stamp) });
  const there = (await readdir(join('subgraphs', name), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const changed = there.filter((path) => !made.has(path));
  for (const [path, text] of made) {
    const now = await readFile(path, 'utf8').catch(() => '');
    if (withoutSpace(now) !== withoutSpace(text)) changed.push(path);
  }
  return changed;
}

/** What formatting changes does not count: space, and commas and brackets at line ends. */
function withoutSpace(text: string): string {
  return text.replaceAll(/[\s,()|-]/g, '');
}
