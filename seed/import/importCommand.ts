import { inspect } from 'node:util';
import { StartError } from '../../scripts/start/StartError.js';
import { HELP, readImportConfig, readSubgraphUrls, REJECTED_EXIT_CODE } from './config.js';
import { ImportError } from './ImportError.js';
import { Progress } from './progress.js';
import type { ImportOutput } from './runImport.js';

/** A stream of a process, as far as the command uses it. */
type Stream = Pick<NodeJS.WriteStream, 'columns' | 'isTTY'> & { write(text: string): unknown };

/** What the command is given by its process. */
export interface ImportCommand {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Aborted with an ImportError, the import ends between two batches and says so. */
  readonly signal: AbortSignal;
}

/**
 * `npm run import`, from the command line to what it ends with; paths are those of the working directory. The subgraphs take seconds to load:
 * what can be told without them is told before.
 *
 * @returns the exit code; what went wrong has been said
 */
export async function importCommand({ args, env, stdout, stderr, signal }: ImportCommand): Promise<number> {
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
    return await run(args, env, output, signal);
  } catch (error) {
    progress.clear();
    if (error instanceof ImportError || error instanceof StartError) {
      for (const line of error.message.split('\n')) stderr.write(`customer360: ${line}\n`);
      return error.exitCode;
    }
    stderr.write(
      `customer360: the import broke off; what went in stays, and the same import again goes on from there\n${inspect(error)}\n`,
    );
    return 1;
  }
}

/** @returns the exit code */
async function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  output: ImportOutput,
  signal: AbortSignal,
): Promise<number> {
  const config = readImportConfig(args, env);
  if (config === 'help') {
    output.print(HELP);
    return 0;
  }
  if ('entities' in config || 'guess' in config) {
    const { importTargets } = await import('./targets/all.js');
    if ('entities' in config) {
      const { describeEntities } = await import('./describeEntities.js');
      output.print((await describeEntities(importTargets, config.entities)).trimEnd());
    } else {
      const { draftMapping } = await import('./guess/draftMapping.js');
      output.print((await draftMapping(config.guess, importTargets)).trimEnd());
    }
    return 0;
  }
  const { readMapping } = await import('./readMapping.js');
  const mapping = readMapping(config.mapping);
  const { subgraphs } = await import('../../subgraphs/all.js');
  const { rejectsLine, runImport } = await import('./runImport.js');
  const names = subgraphs.map((subgraph) => subgraph.name);
  const subgraphUrls = readSubgraphUrls(env, names);
  const { rejected } = await runImport(mapping, { ...config, subgraphUrls }, output, signal);
  if (rejected === 0) return 0;
  output.print(rejectsLine(rejected, config.rejects));
  return config.strict ? REJECTED_EXIT_CODE : 0;
}
