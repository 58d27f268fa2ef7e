import { describe } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';

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
  // The machine's clock: that of this process may have been set too.
  const machine = Number(execFileSync('date', ['+%s'], { env: { PATH: process.env.PATH } }));
  const seconds = Math.round(Date.parse(moment) / 1000) - machine;
  return {
    LD_PRELOAD: library,
    FAKETIME: `${seconds < 0 ? '' : '+'}${seconds}s`,
    FAKETIME_SHARED: undefined,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}
