/** The point in time that a text names, read with a format. */
interface DateParts {
  /** `2017-03-01` */
  readonly day: string;
  /** Milliseconds since 1970 as if the text were UTC. */
  readonly local: number;
  /** The text's own offset in milliseconds, where the format has `XXX`. */
  readonly offset: number | undefined;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The letters of Unicode TR 35 that we read; two letters take exactly two digits, one letter takes one or two. */
const TOKENS: Readonly<Record<string, string>> = {
  yyyy: String.raw`(?<year>\d{4})`,
  MMMM: String.raw`(?<monthName>[A-Za-z]{3,9})`,
  MMM: String.raw`(?<monthName>[A-Za-z]{3,9})`,
  MM: String.raw`(?<month>\d\d)`,
  M: String.raw`(?<month>\d\d?)`,
  dd: String.raw`(?<day>\d\d)`,
  d: String.raw`(?<day>\d\d?)`,
  HH: String.raw`(?<hour>\d\d)`,
  H: String.raw`(?<hour>\d\d?)`,
  hh: String.raw`(?<hour>\d\d)`,
  h: String.raw`(?<hour>\d\d?)`,
  mm: String.raw`(?<minute>\d\d)`,
  m: String.raw`(?<minute>\d\d?)`,
  ss: String.raw`(?<second>\d\d)`,
  s: String.raw`(?<second>\d\d?)`,
  SSS: String.raw`(?<fraction>\d{1,9})`,
  a: '(?<half>[AaPp][Mm])',
  XXX: String.raw`(?<offset>[Zz]|[+-]\d\d:?\d\d)`,
};

/** A reader of one format, such as `yyyy-MM-dd`, `d/M/yyyy H:mm`, `yyyy-MM-dd'T'HH:mm:ssXXX`. */
export interface DateFormat {
  /** Null when the text does not fit the format or names no day of the calendar. */
  parse(text: string): DateParts | null;
}

/**
 * Makes a reader of dates. Letters are those of Unicode TR 35; text in single quotes stands for itself.
 * @throws Error that names the part of the format that is not known, or that is missing
 */
export function dateFormat(format: string): DateFormat {
  let pattern = '';
  for (const [part] of format.matchAll(/'[^']*'|([A-Za-z])\1*|[^A-Za-z']+|'/g)) {
    if (/^[A-Za-z]/.test(part)) {
      const token = TOKENS[part];
      if (token === undefined) {
        throw new Error(
          `${JSON.stringify(part)} is not known in a date format; known are ${Object.keys(TOKENS).join(' ')}`,
        );
      }
      pattern += token;
    } else {
      pattern += part.replaceAll("'", '').replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
    }
  }
  for (const needed of ['year', 'month', 'day']) {
    if (!pattern.includes(`(?<${needed}`))
      throw new Error(`the date format ${JSON.stringify(format)} has no ${needed}`);
  }
  const half = pattern.includes('(?<half>');
  if (half !== /(^|[^h])h{1,2}([^h]|$)/.test(format.replaceAll(/'[^']*'/g, ''))) {
    throw new Error('hh goes with a (am or pm), HH without it');
  }
  let expression: RegExp;
  try {
    expression = new RegExp(`^${pattern}$`);
  } catch {
    throw new Error(`the date format ${JSON.stringify(format)} names a part twice`);
  }
  return { parse: (text) => read(expression.exec(text)?.groups) };
}

function read(groups: Record<string, string> | undefined): DateParts | null {
  if (groups === undefined) return null;
  const month = groups.monthName === undefined ? Number(groups.month) : monthOf(groups.monthName);
  const [year, day] = [Number(groups.year), Number(groups.day)];
  const hour = groups.half === undefined ? Number(groups.hour ?? 0) : hourOfHalf(Number(groups.hour), groups.half);
  const [minute, second] = [Number(groups.minute ?? 0), Number(groups.second ?? 0)];
  if (year === 0 || hour > 23 || minute > 59 || second > 59) return null;
  const millisecond = Math.floor(Number(`0.${groups.fraction ?? 0}`) * 1000);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, millisecond);
  // 31 April would become 1 May.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const offset = groups.offset === undefined ? undefined : offsetOf(groups.offset);
  if (offset === null) return null;
  return { day: date.toISOString().slice(0, 10), local: date.getTime(), offset };
}

function monthOf(name: string): number {
  const short = MONTHS.indexOf(name.slice(0, 3).toLowerCase());
  return short + 1;
}

/** 12 am is midnight, 12 pm is noon; NaN-free: an hour of 0 or above 12 does not exist and gives 99. */
function hourOfHalf(hour: number, half: string): number {
  if (hour < 1 || hour > 12) return 99;
  return (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
}

function offsetOf(text: string): number | null {
  if (/^z$/i.test(text)) return 0;
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(-2))];
  if (hours > 14 || minutes > 59) return null;
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
