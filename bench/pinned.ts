import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

const possible = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

/** Whether processes can be kept to a core: there are two, and `taskset` is installed. */
export const canPin = (): boolean => possible;

/**
 * How `fork` starts Node on one core only: options for it.
 *
 * @param core its number, from 0; undefined leaves the choice to the system
 * @param nodeArgs options of Node itself
 */
export function pinned(
  core: number | undefined,
  nodeArgs: readonly string[] = [],
): { execPath: string; execArgv: string[] } {
  return core === undefined || !possible
    ? { execPath: process.execPath, execArgv: [...nodeArgs] }
    : { execPath: 'taskset', execArgv: ['--cpu-list', String(core), process.execPath, ...nodeArgs] };
}

/** Keeps this process to one core, as far as that is possible. */
export function pinSelf(core: number): void {
  if (possible) spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(process.pid)]);
}
