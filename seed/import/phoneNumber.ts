import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';
import { storablePhone } from '../../subgraphs/identity/phone.js';

/** Whether this is the code of a country with a telephone network, ISO 3166-1 alpha-2. */
export function isCallingCountry(code: string): code is CountryCode {
  return isSupportedCountry(code);
}

/**
 * A phone number as identity stores it, E.164; null when it is none, or when its country is not clear.
 * @param written in any written form
 * @param country of numbers that are written without their country code
 */
export function phoneNumber(written: string, country: CountryCode | undefined): string | null {
  if (country === undefined || /^\s*(tel:)?\s*(\(?\+|00)/i.test(written)) return storablePhone(written);
  const number = parsePhoneNumberFromString(written, country);
  return number?.isValid() ? number.number : null;
}
