import { maskEmail } from '../kit/guard/maskEmail.js';
import { maskPhone } from '../kit/guard/maskPhone.js';

/** An id in another system: masked where that system knows people by an email address or a phone number, else as it is. */
export function maskExternalId(id: string): string {
  if (id.includes('@')) return maskEmail(id);
  return /^\s*(\+|00|tel:)/i.test(id) ? maskPhone(id.trim()) : id;
}
