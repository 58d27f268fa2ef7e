import type { RowValues } from './ImportTarget.js';

/** Refuses a time that is before another; both may be missing. */
export function notBefore(row: RowValues, later: string, earlier: string): void {
  const [end, start] = [row.get(later), row.get(earlier)];
  if (end !== null && start !== null && end < start) row.refuse(later, `is before ${earlier}`);
}

/** Refuses a row that has one of two values that go together. */
export function bothOrNone(row: RowValues, one: string, other: string): void {
  const [given, missing] = row.get(one) === null ? [other, one] : [one, other];
  if (row.get(given) !== null && row.get(missing) === null) row.refuse(missing, `is missing, and goes with ${given}`);
}

/** Refuses a row that lacks what it needs because of what it is: `is missing, and a case that is RESOLVED needs it`. */
export function needed(row: RowValues, field: string, by: string): void {
  if (row.get(field) === null) row.refuse(field, `is missing, and ${by} needs it`);
}

/** Refuses a number out of a range that depends on another value of the row. */
export function within(row: RowValues, field: string, [least, most]: readonly [number, number], of: string): void {
  const value = Number(row.get(field));
  if (value < least || value > most) row.refuse(field, `is not from ${least} to ${most}, the scale of ${of}`);
}
