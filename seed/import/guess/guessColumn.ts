import { type Conversion, ConversionError, conversionFor, type ValueType } from '../conversions.js';
import type { FieldSpec } from '../mapping.js';

/** How a field must be read for a column's values to fit it, as a mapping says it. */
export type Reading = Pick<
  FieldSpec,
  'format' | 'decimalMark' | 'thousands' | 'symbols' | 'negative' | 'round' | 'split'
>;

/** What the first rows of a file say of a column. */
export interface ColumnGuess {
  readonly name: string;
  /** How many rows have a value. */
  readonly filled: number;
  /** Whether each row has a value, and no two the same. */
  readonly isUnique: boolean;
  /** The different values, in the order in which they come; a few of them where there are many. */
  readonly values: readonly string[];
  readonly hasMoreValues: boolean;
  /** Cells that seem to mean "no value". */
  readonly missing: readonly string[];
  /** Every type that all of its values fit, and how they must be read. */
  readonly fits: ReadonlyMap<ValueType, Reading>;
  /** What a person should look at. */
  readonly doubts: readonly string[];
}

/** Cells that hardly ever mean themselves. */
const MISSING = new Set(
  '\\N NULL null Null None N/A n/a NA #N/A NaN nan nil ? - -- . (null) (blank) 0000-00-00'
    .split(' ')
    .concat('0000-00-00 00:00:00'),
);
/** Cells that may be a value among others, but not among numbers and dates. */
const SOMETIMES_MISSING = new Set([
  'unknown',
  'Unknown',
  'none',
  'not available',
  'not set',
  'undefined',
  'tbd',
  'TBD',
]);
const FEW = 12;

const TIMES = ['', ' H:mm', ' H:mm:ss', ' h:mm a', ' h:mm:ss a'];
const DAYS = [
  'd.M.yyyy',
  'd/M/yyyy',
  'M/d/yyyy',
  'yyyy/M/d',
  'd-M-yyyy',
  'd.M.yy',
  'd/M/yy',
  'M/d/yy',
  'd-MMM-yyyy',
  'd-MMM-yy',
  'd MMM yyyy',
  'MMM d, yyyy',
  'EEE, d MMM yyyy',
  'EEE MMM d yyyy',
];
const FORMATS = DAYS.flatMap((day) => TIMES.map((time) => day + time));
const NUMBERS: readonly Reading[] = [
  {},
  { thousands: ',' },
  { decimalMark: ',' },
  { thousands: '.', decimalMark: ',' },
  { thousands: ' ', decimalMark: ',' },
  { thousands: ' ' },
  { thousands: "'" },
];

/** Guesses what a column holds. */
export function guessColumn(name: string, cells: readonly string[]): ColumnGuess {
  const given = cells.map((cell) => cell.trim()).filter((cell) => cell !== '');
  const distinct = new Set(given);
  const always = [...distinct].filter((value) => MISSING.has(value));
  const sometimes = [...distinct].filter((value) => SOMETIMES_MISSING.has(value));
  let meant = [...distinct].filter((value) => !MISSING.has(value));
  let missing = always;
  let { fits, doubts } = fitsOf(name, meant);
  if (sometimes.length > 0 && fits.size === 0 && meant.length > sometimes.length) {
    const narrower = meant.filter((value) => !SOMETIMES_MISSING.has(value));
    const found = fitsOf(name, narrower);
    if (found.fits.size > 0)
      [meant, missing, fits, doubts] = [narrower, [...always, ...sometimes], found.fits, found.doubts];
  }
  const absent = new Set(missing);
  const filled = given.filter((cell) => !absent.has(cell)).length;
  return {
    name,
    filled,
    isUnique: meant.length > 0 && filled === cells.length && meant.length === cells.length,
    values: meant.slice(0, FEW),
    hasMoreValues: meant.length > FEW,
    missing,
    fits,
    doubts: [...doubts, ...sentinels(given, fits), ...doubtfulTexts(given, missing)],
  };
}

function fitsOf(name: string, values: readonly string[]): { fits: Map<ValueType, Reading>; doubts: string[] } {
  const fits = new Map<ValueType, Reading>();
  const doubts: string[] = [];
  if (values.length === 0) return { fits, doubts };
  const dates = dateReadings(name, values);
  const [date, other] = dates;
  if (date !== undefined) {
    fits.set('timestamp', date);
    fits.set('date', date);
    if (other !== undefined)
      doubts.push(`the dates fit ${shown(date)} and ${shown(other)}: look at where they come from`);
  }
  const number = numberReading(values);
  if (number !== undefined) {
    fits.set('decimal', number);
    if (doAllFit('integer', number, values)) fits.set('integer', number);
    if (number.round !== undefined) doubts.push('numbers of more than 4 decimal places are rounded');
  }
  for (const type of ['boolean', 'email', 'phone'] as const) if (doAllFit(type, {}, values)) fits.set(type, {});
  return { fits, doubts };
}

const shown = ({ format = ['ISO 8601'] }: Reading) => format.join();

function doAllFit(type: ValueType, reading: Reading, values: readonly string[]): boolean {
  let conversion: Conversion;
  try {
    conversion = conversionFor(type, reading, 'UTC');
    for (const value of values) conversion(value);
    return true;
  } catch (error) {
    if (error instanceof ConversionError) return false;
    throw error;
  }
}

/** Every format that all values have, the likeliest first. */
function dateReadings(name: string, values: readonly string[]): Reading[] {
  const formats = ['iso', ...FORMATS];
  const isTime = /date|time|day|stamp|birth|dob|_at$|since|until/i.test(name) || /[a-z]At$/.test(name);
  if (isTime && values.every((value) => /^(19|20)\d{6}$/.test(value))) formats.push('yyyyMMdd');
  if (isTime && values.every((value) => /^1?\d{9}(\.\d+)?$/.test(value))) formats.push('epochSeconds');
  if (isTime && values.every((value) => /^1?\d{12}$/.test(value))) formats.push('epochMillis');
  return formats
    .map((format): Reading => (format === 'iso' ? {} : { format: [format] }))
    .filter((reading) => doAllFit('timestamp', reading, values));
}

/** How the values are numbers; a code such as 007 is none. */
function numberReading(values: readonly string[]): Reading | undefined {
  if (values.some((value) => /^0\d/.test(value))) return undefined;
  const symbols = new Set(
    values.flatMap((value) => value.match(/^[^\d\s.,+()'’\u2212-]+|[^\d\s.,+()'’\u2212-]+$/g) ?? []),
  );
  if (symbols.size > 3) return undefined;
  const extra: Reading = {
    ...(symbols.size > 0 ? { symbols: [...symbols] } : {}),
    ...(values.some((value) => value.startsWith('(')) ? { negative: 'parentheses' } : {}),
    ...(values.some((value) => /\d-$/.test(value)) ? { negative: 'behind' } : {}),
  };
  return NUMBERS.flatMap((reading) => [
    { ...reading, ...extra },
    { ...reading, ...extra, round: 4 },
  ])
    .sort((one, other) => (one.round ?? 0) - (other.round ?? 0))
    .find((reading) => doAllFit('decimal', reading, values));
}

/** Words that may stand for "no value" in a column of texts. */
function doubtfulTexts(cells: readonly string[], missing: readonly string[]): string[] {
  return [...SOMETIMES_MISSING]
    .filter((word) => cells.includes(word) && !missing.includes(word))
    .map((word) => `if ${word} means no value, say missing: [${word}]`);
}

/** Numbers that stand for "no value": a row of nines, or -1 among others above it, that comes again and again. */
function sentinels(cells: readonly string[], fits: ReadonlyMap<ValueType, Reading>): string[] {
  if (!fits.has('decimal') || new Set(cells).size < 4) return [];
  return [...new Set(cells)]
    .filter((cell) => /^(-1|-?9{2,}(\.0+)?)$/.test(cell))
    .map((cell) => ({ cell, share: cells.filter((one) => one === cell).length / cells.length }))
    .filter(({ share }) => share > 0.05)
    .map(
      ({ cell, share }) =>
        `${cell} is ${Math.round(share * 100)} % of the values: if it means no value, say missing: [${cell}]`,
    );
}
