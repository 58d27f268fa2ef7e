import { EVERY_SCOPE } from '../../schema/contract.js';
import { ANONYMOUS } from './anonymous.js';
import { EVERYONE } from './everyone.js';
import { GATEWAY } from './gatewayItself.js';
import { ROLES } from './roles.js';

/** Names that only the gateway gives: in a log or the audit log nobody else may go by them. */
const RESERVED: ReadonlySet<string> = new Set([ANONYMOUS.subject, EVERYONE.subject, GATEWAY.subject]);

const MAX_SUBJECT_LENGTH = 200;
const MAX_SCOPES = 200;
const MAX_SCOPE_LENGTH = 100;

/** What a token says of its bearer. */
interface Claims {
  readonly subject: string;
  /** Sorted, each once, so that equal claims are equal. */
  readonly scopes: readonly string[];
}

/**
 * Reads who the bearer is and what they may do: the scopes of `scope` or `scp`, each either words in a text (RFC 8693, RFC 9068) or a
 * list, and those that the `roles` stand for. "*" is not a scope that a token can give.
 *
 * @returns a text where it cannot be read: what is wrong with it
 */
export function readClaims(payload: Readonly<Record<string, unknown>>): Claims | string {
  const { sub: subject } = payload;
  if (typeof subject !== 'string' || subject === '' || subject.length > MAX_SUBJECT_LENGTH || RESERVED.has(subject)) {
    return `its subject (sub) must be a text of 1 to ${MAX_SUBJECT_LENGTH} characters that is not reserved`;
  }
  const roles: Readonly<Record<string, readonly string[]>> = ROLES;
  const given = [
    ...words(payload['scope']),
    ...words(payload['scp']),
    ...words(payload['roles']).flatMap((role) => (Object.hasOwn(roles, role) ? (roles[role] ?? []) : [])),
  ];
  const scopes = [...new Set(given)].filter((scope) => scope !== EVERY_SCOPE && scope.length <= MAX_SCOPE_LENGTH);
  if (scopes.length > MAX_SCOPES) return `it carries more than ${MAX_SCOPES} scopes`;
  return { subject, scopes: scopes.toSorted() };
}

function words(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(/\s+/).filter((word) => word !== '');
  return Array.isArray(claim) ? claim.filter((word): word is string => typeof word === 'string' && word !== '') : [];
}
