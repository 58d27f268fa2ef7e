import { SCOPES } from '../../schema/contract.js';

/** Whoever talks to a customer sees who it is, and mends what is wrong in the customer's own data. */
const AT_THE_CUSTOMER = [
  SCOPES.readCustomers,
  SCOPES.readPersonalData,
  SCOPES.writeIdentity,
  SCOPES.writeTouchpoints,
] as const;

/**
 * What the roles of a token's `roles` claim stand for. A role that is not here gives nothing. Other departments' scopes, such as
 * `loyalty:write`, come in the claim `scope`.
 */
export const ROLES = {
  /** Answers customers: cases, promises, goodwill. */
  'service-agent': [...AT_THE_CUSTOMER, SCOPES.writeService],
  /** Looks after accounts: leads, opportunities, activities, orders. */
  'account-manager': [...AT_THE_CUSTOMER, SCOPES.writeSales],
  /** Works with groups and numbers, and asks customers for their opinion: personal data is masked. */
  marketer: [SCOPES.readCustomers, SCOPES.writeMarketing, SCOPES.writeFeedback],
  /** Reads everything, and says what our own people may do; changes nothing of a customer. */
  manager: [SCOPES.readCustomers, SCOPES.readPersonalData, SCOPES.manageStaff],
  /** Everything: merges and erases customers, reads the audit log. */
  admin: Object.values(SCOPES),
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Role = keyof typeof ROLES;
