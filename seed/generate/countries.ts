import { Faker, base, de, de_AT, en, en_GB, en_US, fr } from '@faker-js/faker';
import type { Language } from './products.js';

/** Where customers live, and how names, numbers and money look there. */
export interface Country {
  /** ISO 3166-1 alpha-2. */
  readonly code: string;
  readonly locale: string;
  readonly timeZone: string;
  readonly currency: string;
  /** In which most customers here write. */
  readonly language: Language;
  /** Hours by which clocks here are ahead of UTC in winter. */
  readonly utcOffset: number;
  /** How many of ten customers live here. */
  readonly weight: number;
  readonly faker: Faker;
  /**
   * The n-th phone number, E.164, out of a range that the country's regulator keeps free for stories, so that a seeded
   * number never rings at anybody's; null where there is no such range.
   */
  readonly phone: (n: number) => string | null;
}

const digits = (n: number, length: number) => String(n % 10 ** length).padStart(length, '0');

const US_AREAS = [
  '202',
  '212',
  '305',
  '312',
  '404',
  '415',
  '503',
  '512',
  '602',
  '617',
  '702',
  '713',
  '801',
  '808',
  '901',
];
const GB_RANGES = ['1134960', '1144960', '1154960', '1164960', '1174960', '1184960', '1214960', '1314960', '1414960'];
const DE_RANGES = ['3023125', '6990009', '4066969', '2214710', '8999998'];
const FR_RANGES = ['19900', '26191', '35301', '46571', '53649'];

/** The countries of the seed. */
export const COUNTRIES: readonly Country[] = [
  {
    code: 'US',
    locale: 'en-US',
    timeZone: 'America/New_York',
    currency: 'USD',
    language: 'en',
    utcOffset: -5,
    weight: 3,
    faker: new Faker({ locale: [en_US, en, base] }),
    phone: (n) => `+1${US_AREAS[Math.floor(n / 100) % US_AREAS.length]}55501${digits(n, 2)}`,
  },
  {
    code: 'GB',
    locale: 'en-GB',
    timeZone: 'Europe/London',
    currency: 'GBP',
    language: 'en',
    utcOffset: 0,
    weight: 2,
    faker: new Faker({ locale: [en_GB, en, base] }),
    phone: (n) => `+44${GB_RANGES[Math.floor(n / 1000) % GB_RANGES.length]}${digits(n, 3)}`,
  },
  {
    code: 'DE',
    locale: 'de-DE',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    language: 'de',
    utcOffset: 1,
    weight: 3,
    faker: new Faker({ locale: [de, en, base] }),
    phone: (n) => `+49${DE_RANGES[Math.floor(n / 1000) % DE_RANGES.length]}${digits(n, 3)}`,
  },
  {
    code: 'FR',
    locale: 'fr-FR',
    timeZone: 'Europe/Paris',
    currency: 'EUR',
    language: 'fr',
    utcOffset: 1,
    weight: 1,
    faker: new Faker({ locale: [fr, en, base] }),
    phone: (n) => `+33${FR_RANGES[Math.floor(n / 10_000) % FR_RANGES.length]}${digits(n, 4)}`,
  },
  {
    code: 'AT',
    locale: 'de-AT',
    timeZone: 'Europe/Vienna',
    currency: 'EUR',
    language: 'de',
    utcOffset: 1,
    weight: 1,
    faker: new Faker({ locale: [de_AT, de, en, base] }),
    phone: () => null,
  },
];
