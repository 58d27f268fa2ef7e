/** What takes the place of something that may be personal. */
const HIDDEN = '…';

const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|“[^”]*”/g;
const POSTGRES_KEY = /\)=\(.*?\)(?= |$)/g;
const BEARER = /\b(bearer|basic|token)\s+[\w.~+/=-]{8,}/gi;
const JWT = /\b[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}\b/g;
const EMAIL = /[^\s@<>"'(),;:/]+@[^\s@<>"'(),;:/]+/g;
const URL_SECRETS = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
const NETWORK_ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const LONG_NUMBER = /\+?\d(?:[ ().\d-]{5,}\d)/g;

/**
 * A message without what it may repeat of a request or a row: quoted values, e-mail addresses, phone numbers, tokens and passwords
 * in addresses. Messages of libraries quote what they choke on, so everything in quotes goes.
 */
export function scrubText(text: string): string {
  return text
    .replaceAll(URL_SECRETS, `$1${HIDDEN}@`)
    .replaceAll(POSTGRES_KEY, `)=(${HIDDEN})`)
    .replaceAll(QUOTED, (quoted) => `${quoted[0]}${HIDDEN}${quoted.at(-1)}`)
    .replaceAll(BEARER, `$1 ${HIDDEN}`)
    .replaceAll(JWT, HIDDEN)
    .replaceAll(EMAIL, (address) => (address.startsWith(HIDDEN) ? address : HIDDEN))
    .replaceAll(LONG_NUMBER, (number) => (NETWORK_ADDRESS.test(number) ? number : HIDDEN));
}
