import { enumType } from '../kit/graph/enumType.js';
import type { ListOrder } from '../kit/sql/readPages.js';

export const ReferralOrderBy = enumType('ReferralOrderBy', 'An order of referrals.', {
  REFERRED_AT_DESC: 'The latest first.',
  REFERRED_AT_ASC: 'The earliest first.',
});
export type ReferralOrderBy = keyof typeof ReferralOrderBy;

export const REFERRAL_ORDERS: Record<ReferralOrderBy, ListOrder> = {
  REFERRED_AT_DESC: { by: 't.referred_at', type: 'timestamptz', direction: 'DESC' },
  REFERRED_AT_ASC: { by: 't.referred_at', type: 'timestamptz', direction: 'ASC' },
};
