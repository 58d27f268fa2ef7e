import type { ListOrder } from '../kit/sql/readPages.js';

/** Accounts, those looked after longest first. */
export const ACCOUNTS: { readonly orderName: string; readonly order: ListOrder } = {
  orderName: 'SINCE_ASC',
  order: { by: 't.since', type: 'timestamptz', direction: 'ASC', tie: { by: 't.customer_id', type: 'uuid' } },
};
