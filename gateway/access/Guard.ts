import { type Caller, meetsScopes } from '../../schema/contract.js';
import { isAuthenticated } from './anonymous.js';

/** What `@authenticated` and `@requiresScopes` ask of a caller at one place of the schema. Equal ones are one object. */
export interface Guard {
  /** Unlike that of every other guard of the supergraph. */
  readonly id: number;
  /** Whether callers must have said who they are. */
  readonly authenticated: boolean;
  /** Sets of scopes, all of one of which are needed; null when none are. */
  readonly scopes: readonly (readonly string[])[] | null;
}

/** Whether a caller may see what is behind a guard. */
export function meets({ authenticated, scopes }: Guard, caller: Caller): boolean {
  if (authenticated && !isAuthenticated(caller)) return false;
  return !scopes || meetsScopes(caller, scopes);
}
