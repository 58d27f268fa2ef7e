import { Extensions } from 'type-graphql';

/** Where in `extensions` it is kept. */
const KEY = 'customer360.readableAfterWithdrawal';

/**
 * On a type or a field: it is given for every purpose, even of customers who withdrew their consent to that purpose. It is for the
 * ledger of consents itself: else nobody could see that, and when, they withdrew.
 */
export function ReadableAfterWithdrawal() {
  return Extensions({ [KEY]: true });
}

/** Whether a type or a field of the schema is marked so. */
export function isReadableAfterWithdrawal({ extensions }: { extensions: Readonly<Record<string, unknown>> }): boolean {
  return extensions[KEY] === true;
}
