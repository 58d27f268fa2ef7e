import { firstLetter } from './firstLetter.js';

/** An email address with the first letter and the domain: `a•••@example.com`. What is no address keeps nothing. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return at < 1 ? '•••' : `${firstLetter(email)}•••${email.slice(at)}`;
}
