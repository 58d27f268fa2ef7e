import { z } from 'zod';

const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
const currencies = new Set(Intl.supportedValuesOf('currency'));

/** Text of at most so many characters. */
export const atMost = (characters: number) =>
  z.string().max(characters, { error: `has more than ${characters} characters` });

/** One of an enum's values. */
export const oneOf = (values: Readonly<Record<string, string>>) =>
  z.enum(Object.values(values), { error: `is none of ${Object.values(values).join(', ')}` });

/** ISO 3166-1 alpha-2. */
export const country = z.string().refine((code) => /^[A-Z]{2}$/.test(code) && regions.of(code) !== undefined, {
  error: 'is not a country code of ISO 3166-1 such as AT',
});

/** ISO 4217. */
export const currency = z
  .string()
  .refine((code) => currencies.has(code), { error: 'is not a currency code of ISO 4217 such as EUR' });

/** A number of zero or more. */
export const notNegative = z.string().refine((number) => !number.startsWith('-'), { error: 'is below 0' });

/** A number from 0 to 1. */
export const share = z
  .string()
  .refine((number) => Number(number) >= 0 && Number(number) <= 1, { error: 'is not from 0 to 1' });
