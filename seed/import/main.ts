import { subgraphs } from '../../subgraphs/all.js';
import { StartError } from '../../scripts/start/StartError.js';
import { HELP, readImportConfig, REJECTED_EXIT_CODE } from './config.js';
import { describeEntities } from './describeEntities.js';
import { draftMapping } from './guess/draftMapping.js';
import { ImportError } from './ImportError.js';
import { Progress } from './progress.js';
import { importTargets } from './targets/all.js';
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
const progress = new Progress({
  isTerminal: stderr.isTTY,
  write: (text) => void stderr.write(text),
  width: () => stderr.columns,
  now: () => performance.now(),
});
const output: ImportOutput = {
  print: (line) => {
    progress.clear();
    stdout.write(`${line}\n`);
  },
  progress: (step) => progress.show(step),
};

try {
  const names = subgraphs.map((subgraph) => subgraph.name);
  const config = readImportConfig(process.argv.slice(2), process.env, names);
  if (config === 'help') {
    output.print(HELP);
  } else if ('entities' in config) {
    stdout.write(await describeEntities(importTargets, config.entities));
  } else if ('guess' in config) {
    stdout.write(await draftMapping(config.guess, importTargets));
  } else {
    const { rejected } = await runImport(config, output, stop.signal);
    if (rejected > 0) {
      output.print(rejectsLine(rejected, config.rejects));
      if (config.strict) process.exitCode = REJECTED_EXIT_CODE;
    }
  }
} catch (error) {
  progress.clear();
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
