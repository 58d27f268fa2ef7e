import { describe } from '@jest/globals';
import { spawnSync } from 'node:child_process';

const COMMAND = 'faketime';

/** What libfaketime's own command loads into a process; empty where Debian's package of that name is not installed. */
const library = spawnSync(COMMAND, ['-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).stdout?.trim() ?? '';

/** `describe` for what needs processes with another clock; where faketime is not installed the tests are skipped: say so in the title. CI installs it. */
export const describeWithOtherClock = library === '' ? describe.skip : describe;

/**
 * The environment of a process, and all that it starts, whose clock stands at `moment` now and goes on from there. Its timers run as ever.
 * @param moment a date that Date takes
 */
export function clockAt(moment: string): NodeJS.ProcessEnv {
  const seconds = Math.round((Date.parse(moment) - Date.now()) / 1000);
  return { LD_PRELOAD: library, FAKETIME: `${seconds < 0 ? '' : '+'}${seconds}s`, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}
