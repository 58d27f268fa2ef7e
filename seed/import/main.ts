import { StartError } from '../../scripts/start/StartError.js';
import { HELP, readImportConfig, readSubgraphUrls, REJECTED_EXIT_CODE } from './config.js';
import { ImportError } from './ImportError.js';
import { Progress } from './progress.js';
import type { ImportOutput } from './runImport.js';

/** `npm run import`. The subgraphs take seconds to load: what can be told without them is told before. */

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
  const config = readImportConfig(process.argv.slice(2), process.env);
  if (config === 'help') {
    output.print(HELP);
  } else if ('entities' in config) {
    const { importTargets } = await import('./targets/all.js');
    const { describeEntities } = await import('./describeEntities.js');
    stdout.write(await describeEntities(importTargets, config.entities));
  } else if ('guess' in config) {
    const { importTargets } = await import('./targets/all.js');
    const { draftMapping } = await import('./guess/draftMapping.js');
    stdout.write(await draftMapping(config.guess, importTargets));
  } else {
    const { readMapping } = await import('./readMapping.js');
    const mapping = readMapping(config.mapping);
    const { subgraphs } = await import('../../subgraphs/all.js');
    const { rejectsLine, runImport } = await import('./runImport.js');
    const names = subgraphs.map((subgraph) => subgraph.name);
    const subgraphUrls = readSubgraphUrls(process.env, names);
    const { rejected } = await runImport(mapping, { ...config, subgraphUrls }, output, stop.signal);
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
