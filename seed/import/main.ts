import { ImportError } from './ImportError.js';
import { importCommand } from './importCommand.js';

/** `npm run import`, as a process: `importCommand` with its signals and its exit code. */

const stop = new AbortController();
let stoppedBy = 0;
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const) {
  process.on(signal, () => {
    stoppedBy = number;
    stop.abort(new ImportError('stopped; what went in stays, and the same import again goes on from there'));
  });
}

const { env, stdout, stderr } = process;
const code = await importCommand({ args: process.argv.slice(2), env, stdout, stderr, signal: stop.signal });
process.exitCode = stoppedBy === 0 ? code : 128 + stoppedBy;
