import type { Language } from '../products.js';
import { english } from './english.js';
import { french } from './french.js';
import { german } from './german.js';
import type { Phrases } from './Phrases.js';

/** What people say, by language. */
export const phrasesByLanguage: Readonly<Record<Language, Phrases>> = { en: english, de: german, fr: french };
