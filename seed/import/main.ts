import { subgraphs } from '../../subgraphs/all.js';
import { StartError } from '../../scripts/start/StartError.js';
import { HELP, readImportConfig, REJECTED_EXIT_CODE } from './config.js';
import { ImportError } from './ImportError.js';
import { rejectsLine, runImport, type ImportOutput } from './runImport.js';

/** `npm run import`. */

const stop = new AbortController();
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const) {
  process.on(signal, () => {
    process.exitCode = 128 + number;
    stop.abort(new ImportError('stopped; what went in stays, and the same import again goes on from there'));
  });
}

const { stdout, stderr } = process;
const CLEAR_LINE = '\r\u001B[K';
const clear = stderr.isTTY ? CLEAR_LINE : '';
const output: ImportOutput = {
  print: (line) => {
    stderr.write(clear);
    stdout.write(`${line}\n`);
  },
  progress: stderr.isTTY ? (text) => void stderr.write(`${CLEAR_LINE}${text}`) : undefined,
};

try {
  const names = subgraphs.map((subgraph) => subgraph.name);
  const config = readImportConfig(process.argv.slice(2), process.env, names);
  if (config === 'help') {
    output.print(HELP);
  } else {
    const { rejected } = await runImport(config, output, stop.signal);
    if (rejected > 0) {
      output.print(rejectsLine(rejected, config.rejects));
      if (config.strict) process.exitCode = REJECTED_EXIT_CODE;
    }
  }
} catch (error) {
  stderr.write(clear);
  if (error instanceof ImportError || error instanceof StartError) {
    for (const line of error.message.split('\n')) console.error(`customer360: ${line}`);
    process.exitCode ??= error.exitCode;
  } else {
    console.error(
      'customer360: the import broke off; what went in stays, and the same import again goes on from there',
    );
    console.error(error);
    process.exitCode ??= 1;
  }
}
