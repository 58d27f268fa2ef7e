import { enumType } from '../kit/graph/enumType.js';

export const NpsCategory = enumType('NpsCategory', 'What a score of 0 to 10 says about a customer.', {
  PROMOTER: '9 or 10: they recommend us.',
  PASSIVE: '7 or 8: content, and open to others.',
  DETRACTOR: '0 to 6: they may talk others out of us.',
});
export type NpsCategory = keyof typeof NpsCategory;

/** From which score on a customer is a promoter. */
export const PROMOTER_FROM = 9;

/** From which score on a customer is no detractor. */
export const PASSIVE_FROM = 7;

/** The category of an NPS score. */
export function npsCategory(score: number): NpsCategory {
  if (score >= PROMOTER_FROM) return 'PROMOTER';
  return score >= PASSIVE_FROM ? 'PASSIVE' : 'DETRACTOR';
}
