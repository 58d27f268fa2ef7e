import type { Caller } from '../../schema/contract.js';

/** Who asks without saying who they are: no token, no scopes. The subject is nobody else's, so it tells that there was no token. */
export const ANONYMOUS: Caller = { subject: 'anonymous', scopes: [] };

/** Whether somebody said who is asking, with scopes or without. */
export function isAuthenticated({ subject }: Pick<Caller, 'subject'>): boolean {
  return subject !== ANONYMOUS.subject;
}
