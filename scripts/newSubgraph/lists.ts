import { readFile, writeFile } from 'node:fs/promises';
import { Alias, type Document, Pair, Scalar, YAMLMap, isMap, isSeq, parseDocument } from 'yaml';
import type { Registry } from '../../schema/registry.js';

/** The files in which all subgraphs are listed. */
const ALL_FILE = 'subgraphs/all.ts';
const REGISTRY_FILE = 'subgraphs.yaml';
const COMPOSE_FILE = 'docker-compose.yml';

/** The lists with a subgraph entered, or taken out: path to text. Comments and order stay. */
export type Lists = ReadonlyMap<string, string>;

/** @throws Error when a list is not in the form in which this command keeps it */
export async function withSubgraph({ name, owner, url, schema }: Registry['subgraphs'][number]): Promise<Lists> {
  const port = new URL(url).port;
  const registry = await readDocument(REGISTRY_FILE);
  registry.addIn(['subgraphs'], registry.createNode({ name, owner, url, schema }));

  const compose = await readDocument(COMPOSE_FILE);
  compose.setIn(['services', name], composeService(compose, name, port));
  compose.addIn(['services', 'gateway', 'depends_on'], name);
  compose.setIn(['services', 'gateway', 'environment', `${name.toUpperCase()}_URL`], `http://${name}:${port}/graphql`);

  const all = await readFile(ALL_FILE, 'utf8');
  return new Map([
    [ALL_FILE, enter(all, name)],
    [REGISTRY_FILE, textOf(registry)],
    [COMPOSE_FILE, textOf(compose)],
  ]);
}

/** @throws Error when the subgraph is in none of the lists */
export async function withoutSubgraph(name: string): Promise<Lists> {
  const registry = await readDocument(REGISTRY_FILE);
  removeFrom(registry, ['subgraphs'], (item) => isMap(item) && item.get('name') === name);
  const compose = await readDocument(COMPOSE_FILE);
  compose.deleteIn(['services', name]);
  removeFrom(compose, ['services', 'gateway', 'depends_on'], (item) => String(item) === name);
  compose.deleteIn(['services', 'gateway', 'environment', `${name.toUpperCase()}_URL`]);
  const all = await readFile(ALL_FILE, 'utf8');
  return new Map([
    [ALL_FILE, leave(all, name)],
    [REGISTRY_FILE, textOf(registry)],
    [COMPOSE_FILE, textOf(compose)],
  ]);
}

/** Writes the lists. */
export async function writeLists(lists: Lists): Promise<void> {
  for (const [path, text] of lists) await writeFile(path, text);
}

/** The service of a subgraph as all others are written: `<<: *subgraph`, its command, its health check. */
function composeService(compose: Document, name: string, port: string): YAMLMap {
  const inOneLine = (words: readonly string[]): unknown => compose.createNode(words, { flow: true });
  const healthcheck = new YAMLMap();
  const address = `http://127.0.0.1:${port}/health`;
  healthcheck.items.push(
    new Pair(new Scalar('<<'), new Alias('health')),
    new Pair(new Scalar('test'), inOneLine(['CMD', 'node', 'scripts/checkHealth.mjs', address])),
  );
  const service = new YAMLMap();
  service.items.push(
    new Pair(new Scalar('<<'), new Alias('subgraph')),
    new Pair(new Scalar('command'), inOneLine(['node', 'scripts/startSubgraph.mjs', name])),
    new Pair(new Scalar('healthcheck'), healthcheck),
  );
  return service;
}

/** Long lines stay whole. */
function textOf(document: Document): string {
  return document.toString({ lineWidth: 0 });
}

async function readDocument(path: string): Promise<Document> {
  const document = parseDocument(await readFile(path, 'utf8'), { merge: true });
  const [error] = document.errors;
  if (error) throw new Error(`${path} cannot be read: ${error.message}`);
  return document;
}

function removeFrom(document: Document, path: readonly string[], is: (item: unknown) => boolean): void {
  const list = document.getIn(path);
  if (isSeq(list)) list.items = list.items.filter((item) => !is(item));
}

const LIST = /(readonly SubgraphDefinition\[\] = \[)([^\]]*)(\])/;

function enter(all: string, name: string): string {
  if (!LIST.test(all)) throw new Error(`${ALL_FILE} has no list of subgraphs; write it as \`[identity, …]\``);
  const imported = `import { ${name} } from './${name}/subgraph.js';\n`;
  const lastImport = all.lastIndexOf('import {');
  const behind = all.indexOf('\n', lastImport) + 1;
  const listed = all.replace(
    LIST,
    (_, open: string, names: string, close: string) => `${open}${namesOf(names, name)}${close}`,
  );
  return listed.slice(0, behind) + imported + listed.slice(behind);
}

function leave(all: string, name: string): string {
  return all.replace(`import { ${name} } from './${name}/subgraph.js';\n`, '').replace(
    LIST,
    (_, open: string, names: string, close: string) =>
      open +
      split(names)
        .filter((one) => one !== name)
        .join(', ') +
      close,
  );
}

function namesOf(names: string, name: string): string {
  return [...split(names), name].join(', ');
}

function split(names: string): string[] {
  return names
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
