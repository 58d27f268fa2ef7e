import { badUserInput } from '../kit/graph/errors.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import type { Consent } from './entities/Consent.js';
import { standingConsents, standingKey } from './standingConsents.js';

/** How far ahead of ours a caller's clock may be. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/**
 * What holds for a customer.
 * @param asOf as of when; null means now: the whole ledger, whatever this machine's clock says
 * @throws BAD_USER_INPUT for a moment in the future
 */
export async function customerConsents(
  context: RequestContext,
  customerId: string,
  asOf: Date | null,
): Promise<Consent[]> {
  if (asOf !== null && asOf.getTime() > Date.now() + CLOCK_TOLERANCE_MS) {
    throw badUserInput(`asOf: what holds at ${asOf.toISOString()} cannot be known yet`, 'asOf');
  }
  return context.load(standingConsents, standingKey(customerId, asOf));
}
