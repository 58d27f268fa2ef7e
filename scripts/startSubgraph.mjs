/**
 * Starts one subgraph in a process of its own:
 *
 *     npm run start:subgraph -- NAME [options]
 *
 * NAME is one of those in subgraphs/all.ts. The options go to the subgraph; `NAME --help` lists its environment variables.
 * A name that is missing or unknown ends with exit code 2.
 */
import { existsSync } from 'node:fs';

const mainOf = (name) => new URL(`../dist/subgraphs/${name}/main.js`, import.meta.url);

/** What there is to start. It loads every subgraph, so that only those who got the name wrong wait for it. */
async function usage() {
  const { subgraphs } = await import('../dist/subgraphs/all.js');
  const names = subgraphs.map(({ name }) => name).join(', ');
  return `npm run start:subgraph -- NAME, where NAME is one of ${names}; NAME --help lists its environment variables`;
}

const [name] = process.argv.splice(2, 1);
if (!existsSync(new URL('../dist/subgraphs/all.js', import.meta.url))) {
  console.error('customer360: the project is not compiled yet: npm run build');
  process.exitCode = 1;
} else if (name === '--help' || name === '-h') {
  console.log(await usage());
} else if (name === undefined) {
  console.error(`customer360: which subgraph? ${await usage()}`);
  process.exitCode = 2;
} else if (!/^[a-z]+$/.test(name) || !existsSync(mainOf(name))) {
  console.error(`customer360: there is no subgraph ${JSON.stringify(name)}: ${await usage()}`);
  process.exitCode = 2;
} else {
  await import(mainOf(name).href);
}
