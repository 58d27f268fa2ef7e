const UNITS = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3_600 },
  { unit: 'minute', seconds: 60 },
] as const;

/** A length of time in the largest unit that fits, with one decimal below ten: `3.5 hours`. "–" for none. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '–';
  const size = Math.abs(seconds);
  const { unit, seconds: length } = UNITS.find((one) => size >= one.seconds) ?? UNITS[2];
  const value = size / length;
  const format = new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit,
    unitDisplay: 'long',
    maximumFractionDigits: value < 10 ? 1 : 0,
  });
  return format.format(value);
}
