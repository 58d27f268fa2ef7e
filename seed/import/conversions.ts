import { Big } from 'big.js';
import { storablePhone } from '../../subgraphs/identity/phone.js';
import { emailAddress } from '../../subgraphs/kit/parseInput.js';
import type { FieldSpec } from './mapping.js';
import { dateFormat } from './parseDate.js';
import { zonedTime } from './zonedTime.js';

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

function text(value: string): string {
  if (value.includes('\0')) throw new ConversionError('has a NUL character in it, which no text may have');
  return value;
}

/** Reads numbers as people write them, by the field's decimal mark and thousands separator. */
function numberReader(field: FieldSpec, what: string): (text: string) => Big {
  const { decimalMark = '.', thousands, scale = 1 } = field;
  const separator = thousands === undefined ? '' : `[${thousands}]`;
  const whole = thousands === undefined ? String.raw`\d+` : String.raw`(?:\d{1,3}(?:${separator}\d{3})+|\d+)`;
  const pattern = new RegExp(String.raw`^[+-]?${whole}(?:[${decimalMark}]\d+)?$`);
  return (value) => {
    if (!pattern.test(value)) throw new ConversionError(`is not ${what}`);
    const plain = (thousands === undefined ? value : value.replaceAll(thousands, '')).replace(decimalMark, '.');
    return new Big(plain.replace('+', '')).times(scale);
  };
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

function boolean({ yes = ['true', 'yes', '1'], no = ['false', 'no', '0'] }: FieldSpec): Conversion {
  const values = new Map([...no.map((one) => [one, 'false'] as const), ...yes.map((one) => [one, 'true'] as const)]);
  return (value) => {
    const known = values.get(value) ?? values.get(value.toLowerCase());
    if (known === undefined) throw new ConversionError(`is neither ${yes.join(', ')} nor ${no.join(', ')}`);
    return known;
  };
}

function dateParts({ format = 'yyyy-MM-dd' }: FieldSpec) {
  const reader = dateFormat(format);
  return (value: string) => {
    const parts = reader.parse(value);
    if (parts === null) throw new ConversionError(`is not a date as ${format}`);
    return parts;
  };
}

function timestamp(field: FieldSpec, zone: string | undefined): Conversion {
  const read = dateParts(field);
  const own = field.format?.includes('XXX') ?? false;
  if (!own && zone === undefined) {
    throw new Error('needs the zone of its times: `zone: Europe/Vienna` here or at the top of the mapping');
  }
  return (value) => {
    const { local, offset } = read(value);
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
      return text;
    case 'integer':
      return integer(field);
    case 'decimal':
      return decimal(field);
    case 'boolean':
      return boolean(field);
    case 'date': {
      const read = dateParts(field);
      return (value) => read(value).day;
    }
    case 'timestamp':
      return timestamp(field, field.zone ?? zone);
    case 'email':
      return (value) => {
        const { data } = emailAddress.safeParse(value);
        if (data === undefined) throw new ConversionError('is not an email address');
        return data;
      };
    case 'phone':
      return (value) => {
        const phone = storablePhone(value);
        if (phone === null) throw new ConversionError('is not a phone number with its country code');
        return phone;
      };
  }
}
