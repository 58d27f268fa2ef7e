import { isValidPhoneNumber, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js';

/**
 * The countries in which a number written without its country code is looked for: those with the most telephones among
 * the countries that the product is used in. A number with `+` or `00` needs none of them.
 */
const COUNTRIES: readonly CountryCode[] = [
  'US',
  'GB',
  'DE',
  'AT',
  'CH',
  'FR',
  'IT',
  'ES',
  'NL',
  'SE',
  'JP',
  'IN',
  'BR',
  'AU',
];

/**
 * The numbers, E.164, that a text may mean.
 * @param written a phone number in any written form: `+43 1 234 5678`, `0043-1-2345678`, `tel:+4312345678`, `(202) 555-0143`
 * @returns one number when the country code is written; else one for each country in which it is a number; none when
 *   it is no phone number at all
 */
export function phoneCandidates(written: string): string[] {
  const international = written.replace(/^\s*tel:/i, '').replace(/^\s*00/, '+');
  if (/^\s*\(?\+/.test(international)) {
    const number = parsePhoneNumberFromString(international.replace(/^\s*\(/, ''));
    return number?.isPossible() ? [number.number] : [];
  }
  const numbers = COUNTRIES.flatMap((country) =>
    isValidPhoneNumber(international, country) ? [parsePhoneNumberFromString(international, country)?.number] : [],
  );
  return [...new Set(numbers.filter((number) => number !== undefined))];
}

/** A phone number to be stored, E.164; null when it is none, or when its country is not clear. */
export function storablePhone(written: string): string | null {
  const candidates = phoneCandidates(written);
  return candidates.length === 1 ? (candidates[0] ?? null) : null;
}
