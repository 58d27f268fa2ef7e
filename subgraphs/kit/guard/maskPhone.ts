import { parsePhoneNumberFromString } from 'libphonenumber-js';

/** A phone number, E.164, with the country code and the last two digits: `+43•••78`. What is no number keeps nothing. */
export function maskPhone(phone: string): string {
  const number = parsePhoneNumberFromString(phone);
  return number ? `+${number.countryCallingCode}•••${number.nationalNumber.slice(-2)}` : '•••';
}
