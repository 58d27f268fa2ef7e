import { parseArgs } from 'node:util';
import { addSubgraph } from './addSubgraph.js';
import { removeSubgraph } from './removeSubgraph.js';

const HELP = `Makes a subgraph of your own, or takes one away that this command made.

Usage: npm run new:subgraph -- NAME [options]

NAME is lower case letters, such as loyalty. It becomes the subgraph's name, its Postgres schema and the prefix of its environment variables.

  --owner TEAM   the team that answers for it (NAME)
  --port N       where it listens when it runs alone (the first free one behind those that are taken)
  --remove       take NAME away again: its folder, its tests, and its entries in the lists; its tables in Postgres stay
  --yes          with --remove: also when its files were changed since they were made
  --help         this text

It writes subgraphs/NAME and test/subgraphs/NAME.test.ts, enters the subgraph in subgraphs/all.ts, subgraphs.yaml and docker-compose.yml, and composes the
schema. No file of another team is edited by hand. See docs/subgraph-guide.md.`;

const print = (line: string): void => console.log(line);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      owner: { type: 'string' },
      port: { type: 'string' },
      remove: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const [name, ...rest] = positionals;
  if (name === undefined || rest.length > 0)
    throw new Error('give one name: npm run new:subgraph -- loyalty; see --help');
  if (values.remove) await removeSubgraph({ name, isSure: values.yes, print });
  else await addSubgraph({ name, owner: values.owner ?? name, port: values.port, print });
}

try {
  await main();
} catch (error) {
  console.error(`new:subgraph: ${(error as Error).message}`);
  process.exitCode = 2;
}
