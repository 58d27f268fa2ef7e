import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readyMessage } from '../schema/contract.js';

/** A compiled entry point that answers requests. */
export interface BenchProcess {
  readonly pid: number;
  readonly urls: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts `dist/<script>` as a process of its own and waits until it is ready. */
export async function startProcess(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<BenchProcess> {
  const child: ChildProcess = fork(fileURLToPath(new URL(`../${script}`, import.meta.url)), args, {
    // As in production: graphql-js leaves out checks that are for development.
    env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const urls = await new Promise<Readonly<Record<string, string>>>((resolve, reject) => {
    child.once('message', (message) => resolve(readyMessage.parse(message).urls));
    void ended.then(() => reject(new Error(`${script} ended before it was ready`)));
  });
  return {
    pid: child.pid ?? 0,
    urls,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
