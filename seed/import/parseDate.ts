import { monthNames } from './monthNames.js';

/** The point in time that a text names, read with a format. */
export interface DateParts {
  /** Milliseconds since 1970 as if the text were UTC. */
  readonly local: number;
  /** The text's own offset from UTC in milliseconds, where it says one. */
  readonly offset: number | undefined;
}

/** A reader of dates. */
export interface DateFormat {
  /** What it reads, for people: `dd.MM.yyyy`. */
  readonly shown: string;
  /** Whether each text that it reads says its own offset from UTC, or may say it. */
  readonly offset: 'always' | 'maybe' | 'never';
  /** Null when the text does not fit the format or names no day of the calendar. */
  parse(text: string): DateParts | null;
}

/** What a format does not say itself. */
export interface DateOptions {
  /** The first of the hundred years that two digits can mean; 1969, as POSIX has it. */
  readonly yearFrom?: number | undefined;
  /** The language of month names (BCP 47); English when left out. */
  readonly locale?: string | undefined;
}

const DAY = 86_400_000;
const OFFSET = String.raw`(?<offset>[Zz]|(?:UTC|GMT)?[+-]\d\d(?::?\d\d)?)`;

/** The letters of Unicode TR 35 that we read; two letters take exactly two digits, one letter takes one or two. */
const TOKENS: Readonly<Record<string, string>> = {
  yyyy: String.raw`(?<year>\d{4})`,
  yy: String.raw`(?<shortYear>\d\d)`,
  MMMM: String.raw`(?<monthName>\p{L}{3,}\.?)`,
  MMM: String.raw`(?<monthName>\p{L}{3,}\.?)`,
  MM: String.raw`(?<month>\d\d)`,
  M: String.raw`(?<month>\d\d?)`,
  dd: String.raw`(?<day>\d\d)`,
  d: String.raw`(?<day>\d\d?)`,
  EEEE: String.raw`\p{L}+\.?`,
  EEE: String.raw`\p{L}+\.?`,
  HH: String.raw`(?<hour>\d\d)`,
  H: String.raw`(?<hour>\d\d?)`,
  hh: String.raw`(?<hour>\d\d)`,
  h: String.raw`(?<hour>\d\d?)`,
  mm: String.raw`(?<minute>\d\d)`,
  m: String.raw`(?<minute>\d\d?)`,
  ss: String.raw`(?<second>\d\d)`,
  s: String.raw`(?<second>\d\d?)`,
  SSS: String.raw`(?<fraction>\d{1,9})`,
  a: String.raw`(?<half>[AaPp]\.?[Mm]\.?)`,
  XXX: OFFSET,
  XX: OFFSET,
  X: OFFSET,
  Z: OFFSET,
  z: '(?<zoneName>[A-Za-z]{1,4})',
};

/** The zone names of RFC 5322, and those of Europe, in hours ahead of UTC. Any other abbreviation means several zones. */
const ZONE_HOURS: ReadonlyMap<string, number> = new Map(
  'Z+0 UT+0 UTC+0 GMT+0 WET+0 WEST+1 CET+1 CEST+2 EET+2 EEST+3 EDT-4 EST-5 CDT-5 CST-6 MDT-6 MST-7 PDT-7 PST-8'
    .split(' ')
    .map((zone) => [zone.slice(0, -2), Number(zone.slice(-2))] as const),
);

const ISO =
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)(?:[Tt ](?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?)?(?: ?(?<offset>[Zz]|UTC|[+-]\d\d(?::?\d\d)?))?)?$/;

/** A number of units since a day, with a fraction: exact to the millisecond. */
function counter(shown: string, unit: number, since: number, offset: 'always' | 'never'): DateFormat {
  return {
    shown,
    offset,
    parse: (text) => {
      if (!/^-?\d{1,15}(\.\d+)?$/.test(text)) return null;
      const local = since + Math.round(Number(text) * unit);
      return Math.abs(local) > 8.64e15 ? null : { local, offset: offset === 'always' ? 0 : undefined };
    },
  };
}

/** Formats that are no pattern of letters. */
const NAMED: Readonly<Record<string, DateFormat>> = {
  iso: {
    shown: 'ISO 8601 (2024-05-31, 2024-05-31T17:30:00+02:00)',
    offset: 'maybe',
    parse: (text) => readParts(ISO.exec(text)?.groups, {}),
  },
  epochSeconds: counter('seconds since 1970', 1000, 0, 'always'),
  epochMillis: counter('milliseconds since 1970', 1, 0, 'always'),
  excelDays: counter('days since 1899-12-30', DAY, -25_569 * DAY, 'never'),
};

/**
 * Makes a reader of dates. Letters are those of Unicode TR 35; text in single quotes stands for itself. `iso`, `epochSeconds`,
 * `epochMillis` and `excelDays` are formats by name.
 * @throws Error that names the part of the format that is not known, or that is missing
 */
export function dateFormat(format: string, options: DateOptions = {}): DateFormat {
  const named = Object.hasOwn(NAMED, format) ? NAMED[format] : undefined;
  if (named !== undefined) return named;
  const pattern = patternOf(format);
  const has = (...names: string[]) => names.some((name) => pattern.includes(`(?<${name}>`));
  for (const [needed, isThere] of [
    ['year', has('year', 'shortYear')],
    ['month', has('month', 'monthName')],
    ['day', has('day')],
  ] as const) {
    if (!isThere) throw new Error(`the date format ${JSON.stringify(format)} has no ${needed}`);
  }
  if (has('half') !== /(^|[^h])h{1,2}([^h]|$)/.test(format.replaceAll(/'[^']*'/g, ''))) {
    throw new Error('hh goes with a (am or pm), HH without it');
  }
  let expression: RegExp;
  try {
    expression = new RegExp(`^${pattern}$`, 'u');
  } catch {
    throw new Error(`the date format ${JSON.stringify(format)} names a part twice`);
  }
  return {
    shown: format,
    offset: has('offset', 'zoneName') ? 'always' : 'never',
    parse: (text) => readParts(expression.exec(text)?.groups, options),
  };
}

/** The regular expression of a format of letters. */
function patternOf(format: string): string {
  let pattern = '';
  for (const [part] of format.matchAll(/'[^']*'|([A-Za-z])\1*| +|[^A-Za-z' ]+|'/g)) {
    if (/^[A-Za-z]/.test(part)) {
      const token = Object.hasOwn(TOKENS, part) ? TOKENS[part] : undefined;
      if (token === undefined) {
        const known = [...Object.keys(TOKENS), ...Object.keys(NAMED)].join(' ');
        throw new Error(`${JSON.stringify(part)} is not known in a date format; known are ${known}`);
      }
      pattern += token;
      // Days and hours are often padded to two places, and newer systems write a narrow blank before AM.
    } else if (part.startsWith(' ')) pattern += String.raw`\s+`;
    else pattern += part.replaceAll("'", '').replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
  }
  return pattern;
}

function readParts(groups: Record<string, string> | undefined, options: DateOptions): DateParts | null {
  if (groups === undefined) return null;
  const month = groups.monthName === undefined ? Number(groups.month) : monthNames(options.locale)(groups.monthName);
  const year =
    groups.shortYear === undefined ? Number(groups.year) : fullYear(Number(groups.shortYear), options.yearFrom);
  const day = Number(groups.day);
  const hour = groups.half === undefined ? Number(groups.hour ?? 0) : hourOfHalf(Number(groups.hour), groups.half);
  const [minute, second] = [Number(groups.minute ?? 0), Number(groups.second ?? 0)];
  if (year === 0 || hour > 23 || minute > 59 || second > 59) return null;
  const millisecond = Math.floor(Number(`0.${groups.fraction ?? 0}`) * 1000);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, millisecond);
  // 31 April would become 1 May.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const offset = offsetOf(groups);
  return offset === null ? null : { local: date.getTime(), offset };
}

function fullYear(digits: number, from = 1969): number {
  return from + ((((digits - from) % 100) + 100) % 100);
}

/** 12 am is midnight, 12 pm is noon; NaN-free: an hour of 0 or above 12 does not exist and gives 99. */
function hourOfHalf(hour: number, half: string): number {
  if (hour < 1 || hour > 12) return 99;
  return (hour % 12) + (half.toLowerCase().startsWith('p') ? 12 : 0);
}

/** Undefined where the text says none, null where it says one that does not exist. */
function offsetOf({ offset, zoneName }: Record<string, string>): number | null | undefined {
  if (zoneName !== undefined) {
    const hours = ZONE_HOURS.get(zoneName.toUpperCase());
    return hours === undefined ? null : hours * 3_600_000;
  }
  if (offset === undefined) return undefined;
  if (/^(z|utc)$/i.test(offset)) return 0;
  const digits = offset.replaceAll(/\D/g, '').padEnd(4, '0');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  if (hours > 14 || minutes > 59) return null;
  return (offset.includes('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
