/** A moment as a field for date and time takes it: in the reader's own zone, `2026-03-01T09:30`. */
export function localMoment(milliseconds: number): string {
  const offset = new Date(milliseconds).getTimezoneOffset() * 60_000;
  return new Date(milliseconds - offset).toISOString().slice(0, 16);
}
