import { Big } from 'big.js';
import { emailAddress } from '../../subgraphs/kit/graph/parseInput.js';
import type { FieldSpec } from './mapping.js';
import { phoneNumber } from './phoneNumber.js';
import { type DateFormat, dateFormat, type DateParts } from './parseDate.js';
import { whyUnstorable } from './whyUnstorable.js';
import { clockTime, zonedTime } from './zonedTime.js';

/** How the text of a cell becomes the text of a database column. */
export type ValueType = NonNullable<FieldSpec['type']>;

/** Says what is wrong with a value: `is not a whole number`. */
export class ConversionError extends Error {
  override readonly name = 'ConversionError';
}

/**
 * @param text trimmed, not empty
 * @returns the value as Postgres reads it
 * @throws ConversionError
 */
export type Conversion = (text: string) => string;

/** `numeric(19,4)`, as the graph's Decimal. */
const DECIMAL = /^-?\d{1,15}(\.\d{1,4})?$/;
const INT4_MAX = 2_147_483_647;

function plainText(value: string): string {
  const why = whyUnstorable(value);
  if (why !== null) throw new ConversionError(why);
  return value;
}

/** Blanks of every width, as programs put them between thousands and before currency signs. */
const BLANKS = /[\s\u00A0\u2007\u2009\u202F]/g;

/** What stands for itself in a regular expression. */
const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);

/** Reads numbers as people write them, by what the field says of marks, signs and symbols. */
function numberReader(field: FieldSpec, what: string): (text: string) => Big {
  const { decimalMark = '.', thousands, scale = 1, symbols = [], negative, round } = field;
  const separator = literal(thousands ?? '');
  const whole = thousands === undefined ? String.raw`\d+` : String.raw`(?:\d{1,3}(?:${separator}\d{3})+|\d+)`;
  const pattern = new RegExp(String.raw`^${whole}(?:[${decimalMark}]\d+)?$|^[${decimalMark}]\d+$`);
  // Each symbol once at most, before or behind the number; longer ones first, so that US$ is not taken for $.
  const known = symbols.map((symbol) => symbol.replaceAll(BLANKS, '')).sort((one, other) => other.length - one.length);
  return (value) => {
    const amount = unsigned(value, thousands, known, negative);
    if (amount === null || !pattern.test(amount.digits)) throw new ConversionError(`is not ${what}`);
    const plain = (thousands === undefined ? amount.digits : amount.digits.replaceAll(thousands, '')).replace(
      decimalMark,
      '.',
    );
    const number = new Big(plain.startsWith('.') ? `0${plain}` : plain).times(amount.isNegative ? -scale : scale);
    return round === undefined ? number : number.round(round, Big.roundHalfUp);
  };
}

/** The digits and marks of a number, without its sign and symbols; null when there is more than one sign. */
function unsigned(
  value: string,
  thousands: string | undefined,
  symbols: readonly string[],
  negative: FieldSpec['negative'],
): { digits: string; isNegative: boolean } | null {
  let rest = value.replaceAll('\u2212', '-');
  if (thousands === ' ') rest = rest.replaceAll(BLANKS, ' ');
  if (thousands === "'") rest = rest.replaceAll('\u2019', "'");
  let signs = 0;
  let isNegative = false;
  const sign = (mark: RegExp, isMinus: (found: string) => boolean) => {
    const found = mark.exec(rest);
    if (found === null) return;
    rest = rest.replace(mark, () => found[1] ?? '').trim();
    signs += 1;
    isNegative = isMinus(found[0]);
  };
  if (negative === 'parentheses') sign(/^\((.*)\)$/, () => true);
  sign(/^[+-]/, (found) => found === '-');
  for (const symbol of symbols) {
    const before = rest.replaceAll(BLANKS, ' ');
    if (before.startsWith(symbol)) rest = rest.slice(symbol.length).trim();
    else if (before.endsWith(symbol)) rest = rest.slice(0, -symbol.length).trim();
    else continue;
    break;
  }
  if (symbols.length > 0) sign(/^[+-]/, (found) => found === '-');
  if (negative === 'behind') sign(/[+-]$/, (found) => found === '-');
  return signs > 1 ? null : { digits: rest, isNegative };
}

function decimal(field: FieldSpec): Conversion {
  const read = numberReader(field, 'a number');
  return (value) => {
    const exact = read(value).toFixed();
    if (!DECIMAL.test(exact)) {
      throw new ConversionError('has more than 15 digits before the decimal mark or 4 after it');
    }
    return exact;
  };
}

function integer(field: FieldSpec): Conversion {
  const read = numberReader(field, 'a whole number');
  return (value) => {
    const number = read(value);
    if (!number.round().eq(number)) throw new ConversionError('is not a whole number');
    if (number.abs().gt(INT4_MAX)) throw new ConversionError(`is above ${INT4_MAX}`);
    return number.toFixed();
  };
}

function boolean({ yes = ['true', 'yes', '1', 't', 'y'], no = ['false', 'no', '0', 'f', 'n'] }: FieldSpec): Conversion {
  const values = new Map([...no.map((one) => [one, 'false'] as const), ...yes.map((one) => [one, 'true'] as const)]);
  return (value) => {
    const known = values.get(value) ?? values.get(value.toLowerCase());
    if (known === undefined) throw new ConversionError(`is neither ${yes.join(', ')} nor ${no.join(', ')}`);
    return known;
  };
}

/** Reads a date by the first of the field's formats that fits. */
function dateReader(field: FieldSpec): { formats: readonly DateFormat[]; read: (text: string) => DateParts } {
  const formats = (field.format ?? ['iso']).map((format) => dateFormat(format, field));
  const shown = formats.map((format) => format.shown).join(' or ');
  const hint = field.format === undefined ? '; say the format' : '';
  return {
    formats,
    read: (value) => {
      for (const format of formats) {
        const parts = format.parse(value);
        if (parts !== null) return parts;
      }
      throw new ConversionError(`is not a date as ${shown}${hint}`);
    },
  };
}

/** The day that is written; of a count of seconds, the day in the zone. */
function date(field: FieldSpec, zone: string | undefined): Conversion {
  const { formats, read } = dateReader(field);
  const isCount = field.format?.some((format) => format.startsWith('epoch')) ?? false;
  if (isCount && (zone === undefined || formats.length > 1)) {
    throw new Error('needs the zone in which a count of seconds is a day, and no other format beside it');
  }
  return (value) => {
    const { local } = read(value);
    return new Date(isCount ? clockTime(local, zone ?? 'UTC') : local).toISOString().slice(0, 10);
  };
}

function timestamp(field: FieldSpec, zone: string | undefined): Conversion {
  const { formats, read } = dateReader(field);
  const isZoned = (format: DateFormat) =>
    format.offset === 'always' || (format.offset === 'maybe' && field.format !== undefined);
  if (zone === undefined && !formats.every(isZoned)) {
    throw new Error(
      'needs the zone of its times: `zone: Europe/Vienna` here or at the top of the mapping ' +
        '(format: iso where each says it itself)',
    );
  }
  return (value) => {
    const { local, offset } = read(value);
    if (offset === undefined && zone === undefined)
      throw new ConversionError('does not say its zone, nor does the mapping');
    return new Date(offset === undefined ? zonedTime(local, zone ?? 'UTC') : local - offset).toISOString();
  };
}

/**
 * The conversion that a field asks for.
 * @param type what the database column takes
 * @param zone of times that do not say it themselves
 * @throws Error for a format that is none, or a zone that nobody states
 */
export function conversionFor(type: ValueType, field: FieldSpec, zone: string | undefined): Conversion {
  switch (type) {
    case 'text':
      return plainText;
    case 'integer':
      return integer(field);
    case 'decimal':
      return decimal(field);
    case 'boolean':
      return boolean(field);
    case 'date':
      return date(field, field.zone ?? zone);
    case 'timestamp':
      return timestamp(field, field.zone ?? zone);
    case 'email':
      return (value) => {
        const { data } = emailAddress.safeParse(value);
        if (data === undefined) throw new ConversionError('is not an email address');
        return data;
      };
    case 'phone': {
      const notPhone =
        field.country === undefined
          ? 'is not a phone number with its country code'
          : `is not a phone number with its country code, nor one of ${field.country}`;
      return (value) => {
        const phone = phoneNumber(value, field.country);
        if (phone === null) throw new ConversionError(notPhone);
        return phone;
      };
    }
  }
}
