import type { Caller } from '../../schema/contract.js';
import { isAuthenticated } from '../access/anonymous.js';
import { EVERYONE } from '../access/everyone.js';

/** By what limits tell callers apart: who a token says they are, or the network address where nobody said it. */
export function callerKey(caller: Pick<Caller, 'subject'> | undefined, address: string): string {
  const isNamed = caller !== undefined && isAuthenticated(caller) && caller.subject !== EVERYONE.subject;
  return isNamed ? `subject ${caller.subject}` : `address ${address}`;
}
