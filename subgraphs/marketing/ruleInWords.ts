import type { SegmentRule } from './segmentRule.js';

/** Operators as they stand between what is compared. */
const SIGNS = {
  EXISTS: 'is known',
  EQUALS: '=',
  IN: 'in',
  GREATER_THAN: '>',
  AT_LEAST: '>=',
  LESS_THAN: '<',
  AT_MOST: '<=',
} as const;

/** A rule for people: `(age >= 30 (number) and not consent MARKETING by EMAIL)`. */
export function ruleInWords(rule: SegmentRule): string {
  if ('all' in rule) return `(${rule.all.map(ruleInWords).join(' and ')})`;
  if ('any' in rule) return `(${rule.any.map(ruleInWords).join(' or ')})`;
  if ('not' in rule) return `not ${ruleInWords(rule.not)}`;
  if ('trait' in rule) {
    const { name, source, operator, comparedAs, values } = rule.trait;
    const from = source ? ` from ${source}` : '';
    const as = comparedAs === 'TEXT' || operator === 'EXISTS' ? '' : ` (${comparedAs.toLowerCase()})`;
    return [`${name}${from}`, SIGNS[operator], values.join(', ')].filter((part) => part !== '').join(' ') + as;
  }
  if ('consent' in rule) {
    const { purpose, channel } = rule.consent;
    return `consent ${purpose} by ${channel ?? 'all channels'}`;
  }
  if ('exposures' in rule) {
    const { step, campaignId, operator, count } = rule.exposures;
    const by = campaignId ? ` by campaign ${campaignId}` : '';
    return `exposures ${step.toLowerCase()}${by} ${SIGNS[operator]} ${count}`;
  }
  return `last exposure ${SIGNS[rule.lastExposure.operator]} ${rule.lastExposure.at}`;
}
