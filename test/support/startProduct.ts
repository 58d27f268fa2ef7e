import { join } from 'node:path';
import { plainEnvironment, run, type RunningCommand } from './startHarness.js';

/** The whole product as `npm start` runs it, on free ports and in a folder of its own. */
export interface RunningProduct {
  /** The gateway's GraphQL address. */
  readonly url: string;
  readonly command: RunningCommand;
  /** Ends it as Ctrl-C would, and waits for the end. */
  stop(): Promise<void>;
}

const READY = /Customer360 is ready: (http:\S+)/;

/** Starts the compiled product on the data in `folder`. */
export async function startProduct(
  folder: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<RunningProduct> {
  const main = join(process.cwd(), 'dist/scripts/start/main.js');
  const command = run(process.execPath, [main, '--port', '0', '--data', join(folder, 'data'), ...args], {
    env: { ...plainEnvironment(), ...env },
  });
  const [, url = ''] = await command.prints(READY);
  return {
    url,
    command,
    async stop() {
      command.signal('SIGTERM');
      await command.ended;
    },
  };
}
