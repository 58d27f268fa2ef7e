import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readyMessage } from '../schema/contract.js';
import { pinned } from './pinned.js';

/** A process that answers requests. */
export interface BenchProcess {
  readonly pid: number;
  readonly urls: Readonly<Record<string, string>>;
  /** Ends it, by force when it does not end by itself within five seconds. */
  stop(): Promise<void>;
}

const STOP_LIMIT_MS = 5000;

/**
 * Starts `dist/<script>` as a process of its own and waits until it is ready.
 *
 * @param core keeps it to one core
 * @param nodeArgs options of Node itself
 */
export async function startProcess(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  core?: number,
  nodeArgs: readonly string[] = [],
): Promise<BenchProcess> {
  const path = fileURLToPath(new URL(`../${script}`, import.meta.url));
  return untilReady(forkForBench(path, args, env, pinned(core, nodeArgs)), script, (child) => {
    return new Promise((resolve) =>
      child.once('message', (message: unknown) => resolve(readyMessage.parse(message).urls)),
    );
  });
}

/**
 * Forks a script as in production: graphql-js leaves out checks that are for development. It ends with this process at
 * the latest.
 */
export function forkForBench(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  options: Pick<ForkOptions, 'execPath' | 'execArgv'>,
): ChildProcess {
  const child = fork(path, args, {
    ...options,
    env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const end = (): void => void child.kill('SIGKILL');
  process.on('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}

/**
 * Waits until a child says by which addresses it answers.
 *
 * @param ready resolves with them; its child may end meanwhile
 * @throws Error when the child ends first
 */
export async function untilReady(
  child: ChildProcess,
  name: string,
  ready: (child: ChildProcess) => Promise<Readonly<Record<string, string>>>,
): Promise<BenchProcess> {
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const urls = await Promise.race([
    ready(child),
    ended.then(() => {
      throw new Error(`${name} ended before it was ready`);
    }),
  ]);
  return {
    pid: child.pid ?? 0,
    urls,
    async stop() {
      child.kill('SIGTERM');
      const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      await ended;
      clearTimeout(impatience);
    },
  };
}
