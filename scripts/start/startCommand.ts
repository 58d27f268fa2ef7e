import { HELP, readStartConfig } from './config.js';
import { errorMessage } from './errorMessage.js';
import type { RestartPolicy } from './RestartBudget.js';
import { StartError } from './StartError.js';
import { type Scripts, supervise } from './supervise.js';

/** npm passes on the Ctrl-C that the terminal has sent us already: what comes within this time is the same one. */
const SAME_SIGNAL_MS = 1_000;
/** How often we look whether npm still runs. */
const PARENT_MS = 500;

/** What {@link startCommand} takes. */
export interface StartCommandOptions {
  /** The command line, without node and the script. */
  args: string[];
  env: NodeJS.ProcessEnv;
  scripts: Scripts;
  /** See {@link SuperviseOptions}. */
  readyMs?: number | undefined;
  stopMs?: number | undefined;
  restarts?: RestartPolicy | undefined;
}

/**
 * `npm start`: runs everything until SIGINT, SIGTERM or SIGHUP; a second one does not wait.
 *
 * @returns the exit code: 0 when it was asked to stop, 2 for a command line that cannot be understood, else 1. What went wrong is
 * said on one line.
 */
export async function startCommand(options: StartCommandOptions): Promise<number> {
  // A terminal or a pipe that is gone must not take the database down in disorder.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const { stop, force } = listenToSignals(options.env);
  try {
    const config = readStartConfig(options.args, options.env);
    if (config === 'help') console.log(HELP);
    else await supervise({ ...options, config, print: (line) => console.log(line), stop, force });
    return 0;
  } catch (error) {
    console.error(`customer360: ${errorMessage(error)}`);
    if (error instanceof StartError) return error.exitCode;
    if (error instanceof Error) console.error(error.stack);
    return 1;
  }
}

function listenToSignals(env: NodeJS.ProcessEnv): { stop: AbortSignal; force: AbortSignal } {
  const stop = new AbortController();
  const force = new AbortController();
  let since = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!stop.signal.aborted) {
        since = Date.now();
        stop.abort();
      } else if (Date.now() - since > SAME_SIGNAL_MS) {
        force.abort();
      }
    });
  }
  // npm that was killed outright sends no signal: whoever ended it wants this ended too.
  const parent = process.ppid;
  if (env['npm_lifecycle_event'] !== undefined) {
    setInterval(() => process.ppid !== parent && stop.abort(), PARENT_MS).unref();
  }
  return { stop: stop.signal, force: force.signal };
}
