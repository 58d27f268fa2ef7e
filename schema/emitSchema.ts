import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import { subgraphs } from '../subgraphs/all.js';
import { buildSubgraph } from '../subgraphs/kit/serve/buildSubgraph.js';
import { compose } from './compose.js';
import { REGISTRY_FILE, type Registry, SUPERGRAPH_FILE, readRegistry, schemaPath } from './registry.js';
import { breaches, withoutExceptions } from './rules.js';
import { brokenBy, fragile, undescribed } from './soundness.js';

/** Where what known clients ask is committed. */
const OPERATIONS_FOLDER = 'schema/operations';

/** The schema as the code and the list of subgraphs have it. */
export interface EmittedSchema {
  readonly registry: Registry;
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  readonly supergraphSdl: string;
  /** What is to be committed: path to text. SDL of other languages is read, not written, so it is not among them. */
  readonly files: ReadonlyMap<string, string>;
  /** What is wrong with it, each with what to do. */
  readonly problems: readonly string[];
}

/**
 * Builds the SDL of our subgraphs from their code, reads that of the others, composes all, and holds the result against the rules of the
 * house and against what known clients ask.
 *
 * @throws Error when something cannot be read, or does not compose
 */
export async function emitSchema(): Promise<EmittedSchema> {
  const registry = await readRegistry();
  const ours = new Map(subgraphs.map((definition) => [definition.name, definition]));
  const sdls = new Map<string, string>();
  const files = new Map<string, string>();
  for (const listed of registry.subgraphs) {
    const definition = ours.get(listed.name);
    const path = schemaPath(REGISTRY_FILE, listed);
    const sdl = definition ? (await buildSubgraph(definition)).sdl.trim() : await readFile(path, 'utf8');
    sdls.set(listed.name, sdl);
    if (definition) files.set(path, `${sdl}\n`);
  }
  const problems = [...ours.keys()]
    .filter((name) => !sdls.has(name))
    .map((name) => `subgraphs/all.ts has "${name}", and ${REGISTRY_FILE} does not; add it there`);

  const { supergraphSdl, apiSchema } = compose(
    registry.subgraphs.map(({ name, url }) => ({ name, url, sdl: sdls.get(name) ?? '' })),
  );
  files.set(SUPERGRAPH_FILE, `${supergraphSdl.trim()}\n`);

  problems.push(
    ...undescribed(apiSchema).map((name) => `descriptions: ${name} has none; give it one where it is declared`),
    ...[...sdls].flatMap(([name, sdl]) =>
      fragile(name, sdl, registry.shared).map(
        (field) => `failures: ${field} of ${name} must be nullable, or a dead subgraph takes more with it than its own`,
      ),
    ),
    ...withoutExceptions(breaches({ apiSchema, sdls, registry }), registry),
    ...(await brokenFiles(apiSchema)),
  );
  return { registry, apiSchema, supergraphSdl, files, problems };
}

/** The operations of known clients, by the path of their file. */
export async function readOperationFiles(): Promise<Map<string, string>> {
  const names = await readdir(OPERATIONS_FOLDER, { recursive: true });
  const paths = names.filter((name) => name.endsWith('.graphql')).map((name) => join(OPERATIONS_FOLDER, name));
  return new Map(await Promise.all(paths.sort().map(async (path) => [path, await readFile(path, 'utf8')] as const)));
}

/** Writes the files that differ. @returns their paths */
export async function writeChanged(files: ReadonlyMap<string, string>): Promise<string[]> {
  const changed = await outdated(files);
  for (const path of changed) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, files.get(path) ?? '');
  }
  return changed;
}

/** The paths of the files that differ from what is there. */
export async function outdated(files: ReadonlyMap<string, string>): Promise<string[]> {
  const paths: string[] = [];
  for (const [path, text] of files) if ((await textOf(path)) !== text) paths.push(path);
  return paths;
}

async function brokenFiles(apiSchema: GraphQLSchema): Promise<string[]> {
  const files = await readOperationFiles();
  return [...files].flatMap(([path, text]) =>
    brokenBy(apiSchema, text).map((reason) => `operations: ${path} would break: ${reason}`),
  );
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
