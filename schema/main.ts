import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { subgraphs } from '../subgraphs/all.js';
import { buildSubgraph } from '../subgraphs/kit/buildSubgraph.js';
import { brokenBy, fragile, undescribed } from './check.js';
import { compose } from './compose.js';

const HELP = `npm run schema            emit each subgraph's SDL from code and compose the supergraph
npm run schema -- --check  change nothing; fail when what is committed differs from the code, when something has
                           no description or could fall with another subgraph, or when an operation in schema/operations would break`;

const FOLDER = 'schema';

async function committed(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The files under schema/ as the code would have them, and what is wrong with them. */
async function emit(): Promise<{ files: Map<string, string>; problems: string[] }> {
  const built = await Promise.all(
    subgraphs.map(async ({ name, port, ...rest }) => ({
      name,
      url: `http://localhost:${port}/graphql`,
      sdl: (await buildSubgraph({ name, port, ...rest })).sdl,
    })),
  );
  const { supergraphSdl, apiSchema } = compose(built);
  const files = new Map(
    built.map(({ name, sdl }) => [join(FOLDER, 'subgraphs', `${name}.graphql`), `${sdl.trim()}\n`]),
  );
  files.set(join(FOLDER, 'supergraph.graphql'), `${supergraphSdl.trim()}\n`);

  const problems = undescribed(apiSchema).map((name) => `${name} has no description; give it one where it is declared`);
  for (const { name, sdl } of built) {
    problems.push(
      ...fragile(name, sdl).map(
        (field) => `${name}: ${field} must be nullable, or a dead subgraph takes more with it than its own`,
      ),
    );
  }
  const operations = join(FOLDER, 'operations');
  for (const file of (await readdir(operations)).filter((name) => name.endsWith('.graphql'))) {
    const reasons = brokenBy(apiSchema, await readFile(join(operations, file), 'utf8'));
    problems.push(...reasons.map((reason) => `${operations}/${file} would break: ${reason}`));
  }
  return { files, problems };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const { files, problems } = await emit();
  for (const [path, text] of files) {
    if ((await committed(path)) === text) continue;
    if (values.check) {
      problems.push(`${path} differs from the code; run \`npm run schema\` and commit it`);
    } else {
      await mkdir(join(path, '..'), { recursive: true });
      await writeFile(path, text);
      console.log(`wrote ${path}`);
    }
  }
  for (const problem of problems) console.error(`schema: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`schema: ${files.size} files up to date`);
}

try {
  await main();
} catch (error) {
  console.error(`schema: ${(error as Error).message}`);
  process.exitCode = 1;
}
