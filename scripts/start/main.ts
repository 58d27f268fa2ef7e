import { fileURLToPath } from 'node:url';
import { startCommand } from './startCommand.js';

/** `npm start`. The paths are those of the compiled project: this file is `dist/scripts/start/main.js`. */
const compiled = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

process.exitCode = await startCommand({
  args: process.argv.slice(2),
  env: process.env,
  scripts: {
    seed: compiled('seed/generate/main.js'),
    subgraphs: compiled('subgraphs/main.js'),
    gateway: compiled('gateway/main.js'),
    compiler: compiled('scripts/dev/main.js'),
    subgraphAlone: (name) => compiled(`subgraphs/${name}/main.js`),
  },
});
process.exit();
