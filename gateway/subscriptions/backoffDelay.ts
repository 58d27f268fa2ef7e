const FIRST_MS = 200;
const LONGEST_MS = 30_000;

/**
 * How long to wait before something is tried again: doubled with each failure, and spread over half of its length so that
 * many who lost the same thing do not all come back in the same moment.
 *
 * @param failures how often it failed in a row, from 1
 * @returns milliseconds: 100 to 200 after the first failure, 15,000 to 30,000 in the end
 */
export function backoffDelay(failures: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
  return longest * (0.5 + Math.random() / 2);
}
