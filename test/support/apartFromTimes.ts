const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** An answer in two parts: what stays, and what moves with the clock. */
export interface ApartFromTimes {
  /** The answer with `(time)` in the place of each. */
  readonly rest: unknown;
  /** The times in order, in milliseconds since 1970. */
  readonly times: readonly number[];
}

/** Takes the times out of an answer. */
export function apartFromTimes(answer: unknown): ApartFromTimes {
  const times: number[] = [];
  const rest: unknown = JSON.parse(JSON.stringify(answer), (_key, value: unknown) => {
    if (typeof value !== 'string' || !TIME.test(value)) return value;
    times.push(Date.parse(value));
    return '(time)';
  });
  return { rest, times };
}

/** By how many days each time of `later` lies after that of `earlier`: each number once, so that one number is one move of all. */
export function daysMoved(earlier: ApartFromTimes, later: ApartFromTimes): number[] {
  const days = later.times.map((time, index) => (time - (earlier.times[index] ?? Number.NaN)) / 86_400_000);
  return [...new Set(days)];
}
