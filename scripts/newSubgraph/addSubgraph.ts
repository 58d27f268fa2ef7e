import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SUPERGRAPH_FILE, readRegistry } from '../../schema/registry.js';
import { formatFiles } from './formatFiles.js';
import { withSubgraph, writeLists } from './lists.js';
import { refreshSchema } from './refreshSchema.js';
import { fillTemplate } from './template.js';

export interface AddOptions {
  readonly name: string;
  readonly owner: string;
  /** As given; undefined takes the next. */
  readonly port: string | undefined;
  /** Told a line at a time. */
  readonly print: (line: string) => void;
}

/** What a subgraph cannot be called: folders and words that mean something else. */
const RESERVED = new Set([
  'kit',
  'gateway',
  'seed',
  'schema',
  'test',
  'postgres',
  'public',
  'import',
  'bus',
  'customer',
  'everyone',
  'subgraph',
]);

/**
 * Makes a whole subgraph: its folder, its tests, its entries in the lists, the composed schema.
 *
 * @throws Error for a name that will not do or is taken, or a port that is; then nothing was written
 */
export async function addSubgraph({ name, owner, port: wanted, print }: AddOptions): Promise<void> {
  if (!/^[a-z]{3,30}$/.test(name) || RESERVED.has(name)) {
    throw new Error(
      `"${name}" will not do: take 3 to 30 lower case letters, such as loyalty, and none of ${[...RESERVED].join(', ')}`,
    );
  }
  const { subgraphs } = await readRegistry();
  if (subgraphs.some((subgraph) => subgraph.name === name) || (await exists(`subgraphs/${name}`))) {
    throw new Error(`there is a subgraph "${name}" already; take another name, or take that one away with --remove`);
  }
  const port = choosePort(
    wanted,
    subgraphs.map(({ url }) => Number(new URL(url).port)),
  );
  const files = await fillTemplate({ name, owner, port, stamp: Date.now() });
  const lists = await withSubgraph({
    name,
    owner,
    url: `http://localhost:${port}/graphql`,
    schema: `schema/subgraphs/${name}.graphql`,
  });
  for (const path of files.keys()) if (await exists(path)) throw new Error(`${path} is there already; move it away`);

  const before = new Map(
    await Promise.all(
      [...lists.keys(), SUPERGRAPH_FILE].map(async (path) => [path, await readFile(path, 'utf8')] as const),
    ),
  );
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
      print(`wrote ${path}`);
    }
    await writeLists(lists);
    for (const path of lists.keys()) print(`entered ${name} in ${path}`);
    await formatFiles([...files.keys(), ...lists.keys()]);
    await refreshSchema(print);
  } catch (error) {
    for (const path of [`subgraphs/${name}`, ...files.keys(), `schema/subgraphs/${name}.graphql`])
      await rm(path, { recursive: true, force: true });
    await writeLists(before);
    print('everything that was written is taken away again');
    throw error;
  }
  print(
    `\n${name} is there. \`npm start\` runs it with the rest; npm run dev -- ${name} runs it alone with reload. Next: docs/subgraph-guide.md.`,
  );
}

function choosePort(wanted: string | undefined, taken: readonly number[]): number {
  if (wanted === undefined) return Math.max(4000, ...taken) + 1;
  const port = Number(wanted);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`--port must be a whole number from 1 to 65535, not "${wanted}"`);
  if (taken.includes(port)) throw new Error(`port ${port} is another subgraph's; take another, or leave --port out`);
  return port;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
