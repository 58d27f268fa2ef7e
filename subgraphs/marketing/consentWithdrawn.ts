import type { ReadWithdrawals } from '../kit/guard/readWithdrawals.js';
import type { Database } from '../kit/sql/Database.js';
import { badUserInput } from '../kit/graph/errors.js';
import { type Consent, ConsentPurpose } from './entities/Consent.js';
import { standingConsents, standingKey } from './standingConsents.js';

const PURPOSES = new Map(Object.values(ConsentPurpose).map((purpose) => [purpose.toLowerCase(), purpose]));

/**
 * The purpose of the ledger that a caller means.
 * @param name in any case, `-` or `_` between words
 * @throws BAD_USER_INPUT that names the purposes there are
 */
export function consentPurpose(name: string): ConsentPurpose {
  const purpose = PURPOSES.get(name.toLowerCase().replaceAll('-', '_'));
  if (purpose !== undefined) return purpose;
  const known = [...PURPOSES.keys()];
  throw badUserInput(`purpose: nobody consents to "${name}"; it must be one of ${known.join(', ')}`, 'purpose', {
    known,
  });
}

/**
 * Whether a customer withdrew their consent to a purpose: a no stands, for all channels or for some, and no yes for any.
 * @param standing what holds (`customerConsents`): there a no to all channels has already ended the yeses before it
 */
export function isWithdrawn(standing: readonly Consent[], purpose: ConsentPurpose): boolean {
  const ofPurpose = standing.filter((consent) => consent.purpose === purpose);
  return ofPurpose.length > 0 && ofPurpose.every(({ action }) => action === 'WITHDRAWN');
}

/** Who withdrew, for marketing's own reads: as others hear of it by `Customer.consentWithdrawn`. */
export function readWithdrawals(database: Database): ReadWithdrawals {
  return async (name, customerIds) => {
    const purpose = consentPurpose(name);
    const standing = await standingConsents(
      database,
      customerIds.map((id) => standingKey(id, null)),
    );
    return standing.map((consents) => isWithdrawn(consents, purpose));
  };
}
