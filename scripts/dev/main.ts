import { spawnSync } from 'node:child_process';
import { watch } from 'node:fs';
import type { ReadyMessage } from '../../schema/contract.js';

/**
 * Compiles the project and composes the schema after each change of a subgraph's files, for `npm run dev -- NAME`. Node itself starts the subgraph
 * anew when its compiled files change, and the gateway follows the supergraph file.
 */

/** An editor saves several files at once. */
const SETTLE_MS = 100;
const [name = ''] = process.argv.slice(2);

function run(...command: string[]): boolean {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  const text = `${stdout}${stderr}`.trim();
  if (status !== 0 && text !== '') console.log(text);
  return status === 0;
}

function rebuild(): void {
  const began = Date.now();
  if (!run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json')) {
    console.log('it does not compile; what ran before goes on');
  } else if (!run('dist/schema/main.js')) {
    console.log('the schema is not in order yet; see above');
  } else {
    console.log(`compiled in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  }
}

let settling: NodeJS.Timeout | undefined;
const changed = (): void => {
  clearTimeout(settling);
  settling = setTimeout(rebuild, SETTLE_MS);
};
for (const folder of [`subgraphs/${name}`, 'subgraphs/kit']) watch(folder, { recursive: true }, changed);

process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(1));
const ready: ReadyMessage = { type: 'ready', urls: {} };
process.send?.(ready);
