import { z } from 'zod';
import { storablePhone } from '../../../subgraphs/identity/phone.js';
import { emailAddress } from '../../../subgraphs/kit/graph/parseInput.js';
import { isTimeZone } from '../zonedTime.js';

const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
const currencies = new Set(Intl.supportedValuesOf('currency'));

/** Text of at most so many characters. */
export const atMost = (characters: number) =>
  z
    .string()
    .max(characters, { error: `has more than ${characters} characters` })
    .describe(`at most ${characters} characters`);

/**
 * What a customer or one of us wrote. Mutations take 10,000 characters; what was written elsewhere may be longer, and is never
 * cut.
 */
export const words = atMost(100_000);

/** One of an enum's values. */
export const oneOf = (values: Readonly<Record<string, string>>) =>
  z
    .enum(Object.values(values), { error: `is none of ${Object.values(values).join(', ')}` })
    .describe(Object.values(values).join(' '));

/** A whole number in a range, both ends included. */
export const from = (least: number, most: number) =>
  z
    .string()
    .refine((number) => Number(number) >= least && Number(number) <= most, { error: `is not from ${least} to ${most}` })
    .describe(`${least} to ${most}`);

/** ISO 3166-1 alpha-2. */
export const country = z
  .string()
  .refine((code) => /^[A-Z]{2}$/.test(code) && regions.of(code) !== undefined, {
    error: 'is not a country code of ISO 3166-1 such as AT',
  })
  .describe('a country code of ISO 3166-1 such as AT');

/** ISO 4217. */
export const currency = z
  .string()
  .refine((code) => currencies.has(code), { error: 'is not a currency code of ISO 4217 such as EUR' })
  .describe('a currency code of ISO 4217 such as EUR');

/** BCP 47. */
export const language = z
  .string()
  .refine(isLanguage, { error: 'is not a language tag of BCP 47 such as de-AT' })
  .describe('a language tag of BCP 47 such as de-AT');

/** IANA. */
export const timeZone = z
  .string()
  .refine(isTimeZone, { error: 'is not an IANA time zone such as Europe/Vienna' })
  .describe('an IANA time zone such as Europe/Vienna');

/** As addresses are stored and compared. */
export const email = z
  .string()
  .refine((value) => emailAddress.safeParse(value).data === value, {
    error: 'is not an email address as it is stored: say type: email',
  })
  .describe('an email address: say type: email');

/** As phone numbers are stored and compared. */
export const phone = z
  .string()
  .refine((value) => storablePhone(value) === value, {
    error: 'is not a phone number as it is stored: say type: phone',
  })
  .describe('a phone number with its country code: say type: phone');

/** An address of the web. */
export const webAddress = atMost(2000)
  .refine((value) => /^https?:\/\//.test(value) && URL.canParse(value), { error: 'is not an http or https address' })
  .describe('an http or https address');

/** A number of zero or more. */
export const notNegative = z
  .string()
  .refine((number) => !number.startsWith('-'), { error: 'is below 0' })
  .describe('0 or more');

/** A number above zero. */
export const positive = z
  .string()
  .refine((number) => Number(number) > 0, { error: 'is not above 0' })
  .describe('above 0');

/** A number from 0 to 1. */
export const share = z
  .string()
  .refine((number) => Number(number) >= 0 && Number(number) <= 1, { error: 'is not from 0 to 1' })
  .describe('0 to 1');

function isLanguage(tag: string): boolean {
  try {
    return tag.length <= 35 && Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
