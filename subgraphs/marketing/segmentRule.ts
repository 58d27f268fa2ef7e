import { z } from 'zod';
import { Channel } from '../kit/graph/Channel.js';
import { enumType } from '../kit/graph/enumType.js';
import { text } from '../kit/graph/parseInput.js';
import { ConsentPurpose } from './entities/Consent.js';

/** How deep a rule may be: a condition alone is 1, a list of conditions 2. */
const MAX_RULE_DEPTH = 5;

/** How many conditions a rule may have in all. */
const MAX_RULE_CONDITIONS = 30;

/** How many branches one `all` or `any` may have, and how many values one condition. */
const MAX_BRANCHES = 30;

export const TraitOperator = enumType('TraitOperator', 'What a trait is held against.', {
  EXISTS: 'The trait is known, whatever its value. Takes no values.',
  EQUALS: 'Is the one value given.',
  IN: 'Is one of the values given, 1 to 30.',
  GREATER_THAN: 'Is greater (later) than the one value given.',
  AT_LEAST: 'Is the one value given, or greater (later).',
  LESS_THAN: 'Is less (earlier) than the one value given.',
  AT_MOST: 'Is the one value given, or less (earlier).',
});
export type TraitOperator = keyof typeof TraitOperator;

export const TraitComparison = enumType('TraitComparison', 'As what the values of a trait are compared.', {
  TEXT: 'As text, to the letter: case counts. Greater means later by Unicode code points.',
  NUMBER: 'As exact decimal numbers (`-12.5`). A trait whose value is not written so does not match.',
  DATE: 'As days written `2026-03-01`. A trait whose value is not written so does not match.',
});
export type TraitComparison = keyof typeof TraitComparison;

export const RuleComparison = enumType('RuleComparison', 'How a count or a moment is compared.', {
  EQUALS: 'The same.',
  GREATER_THAN: 'More; later.',
  AT_LEAST: 'The same or more; the same or later.',
  LESS_THAN: 'Less; earlier.',
  AT_MOST: 'The same or less; the same or earlier.',
});
export type RuleComparison = keyof typeof RuleComparison;

export const ExposureStep = enumType('ExposureStep', 'A step that an exposure may have come to.', {
  SENT: 'It was sent.',
  OPENED: 'It was opened.',
  CLICKED: 'Something in it was clicked.',
  RESPONDED: 'The customer did what the campaign is for.',
});
export type ExposureStep = keyof typeof ExposureStep;

const NUMBER = /^-?\d{1,15}(\.\d{1,4})?$/;

const VALUE_CHECKS: Record<TraitComparison, (value: string) => string | null> = {
  TEXT: () => null,
  NUMBER: (value) => (NUMBER.test(value) ? null : 'is not a decimal number such as -12.5'),
  DATE: (value) => (z.iso.date().safeParse(value).success ? null : 'is not a day such as 2026-03-01'),
};

const traitCondition = z
  .object({
    name: text(200),
    source: text(100).nullish(),
    operator: z.enum(TraitOperator),
    comparedAs: z
      .enum(TraitComparison)
      .nullish()
      .transform((as) => as ?? 'TEXT'),
    values: z
      .array(text(1000))
      .max(MAX_BRANCHES, `must have at most ${MAX_BRANCHES} values`)
      .nullish()
      .transform((values) => values ?? []),
  })
  .superRefine(({ operator, comparedAs, values }, check) => {
    const refuse = (message: string, ...place: number[]) =>
      check.addIssue({ code: 'custom', message, path: ['values', ...place] });
    if (operator === 'EXISTS' && values.length > 0) refuse('must be empty for EXISTS');
    if (operator === 'IN' && values.length === 0) refuse('must not be empty for IN');
    if (operator !== 'EXISTS' && operator !== 'IN' && values.length !== 1) {
      refuse(`must be exactly one for ${operator}`);
    }
    values.forEach((value, place) => {
      const problem = VALUE_CHECKS[comparedAs](value);
      if (problem !== null) refuse(problem, place);
    });
  });

const consentCondition = z.object({ purpose: z.enum(ConsentPurpose), channel: z.enum(Channel).nullish() });

const exposureCondition = z.object({
  step: z
    .enum(ExposureStep)
    .nullish()
    .transform((step) => step ?? 'SENT'),
  campaignId: z.uuid('is not the id of a campaign').toLowerCase().nullish(),
  operator: z.enum(RuleComparison),
  count: z.int().min(0, 'must not be negative').max(1_000_000, 'must be at most 1000000'),
});

const lastExposureCondition = z.object({
  operator: z.enum(RuleComparison),
  at: z.coerce.date().transform((moment) => moment.toISOString()),
});

export type TraitCondition = z.output<typeof traitCondition>;
export type ConsentCondition = z.output<typeof consentCondition>;
export type ExposureCondition = z.output<typeof exposureCondition>;
type LastExposureCondition = z.output<typeof lastExposureCondition>;

/** A rule as it is kept: at each place exactly one of these. */
export type SegmentRule =
  | { readonly all: readonly SegmentRule[] }
  | { readonly any: readonly SegmentRule[] }
  | { readonly not: SegmentRule }
  | { readonly trait: TraitCondition }
  | { readonly consent: ConsentCondition }
  | { readonly exposures: ExposureCondition }
  | { readonly lastExposure: LastExposureCondition };

/** The rules right under this one. */
function branchesOf(rule: SegmentRule): readonly SegmentRule[] {
  if ('all' in rule) return rule.all;
  if ('any' in rule) return rule.any;
  return 'not' in rule ? [rule.not] : [];
}

/** The conditions of a rule, wherever they are in it. */
export function conditionsOf(rule: SegmentRule): SegmentRule[] {
  const branches = branchesOf(rule);
  return branches.length === 0 ? [rule] : branches.flatMap(conditionsOf);
}

function depthOf(rule: SegmentRule): number {
  return 1 + Math.max(0, ...branchesOf(rule).map(depthOf));
}

const NAMES = ['all', 'any', 'not', 'trait', 'consent', 'exposures', 'lastExposure'] as const;

const node: z.ZodType<SegmentRule> = z.lazy(() => {
  const branches = z
    .array(node)
    .min(1, 'must not be empty')
    .max(MAX_BRANCHES, `must have at most ${MAX_BRANCHES} branches`)
    .nullish();
  return z
    .object({
      all: branches,
      any: branches,
      not: node.nullish(),
      trait: traitCondition.nullish(),
      consent: consentCondition.nullish(),
      exposures: exposureCondition.nullish(),
      lastExposure: lastExposureCondition.nullish(),
    })
    .transform((given, check) => {
      const named = NAMES.filter((name) => given[name] !== null && given[name] !== undefined);
      const [name] = named;
      if (name === undefined || named.length > 1) {
        check.addIssue({ code: 'custom', message: `must have exactly one of ${NAMES.join(', ')}` });
        return z.NEVER;
      }
      return { [name]: given[name] } as SegmentRule;
    });
});

/** Refuses what is nested so deep that to look through it is a burden in itself. */
function isShallow(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return true;
  return levels > 0 && Object.values(value).every((item) => isShallow(item, levels - 1));
}

/**
 * A rule as a caller gives it or the database keeps it; out comes what is kept: no nulls but inside conditions, moments as
 * text. Bounded by MAX_RULE_DEPTH and MAX_RULE_CONDITIONS.
 */
export const segmentRule: z.ZodType<SegmentRule> = z
  .unknown()
  // Each level of a rule is at most two of objects: the node and its list.
  .refine((given) => given instanceof Date || isShallow(given, 2 * MAX_RULE_DEPTH + 3), {
    message: `must be at most ${MAX_RULE_DEPTH} deep`,
    abort: true,
  })
  .pipe(node)
  .superRefine((rule, check) => {
    if (depthOf(rule) > MAX_RULE_DEPTH) {
      check.addIssue({ code: 'custom', message: `must be at most ${MAX_RULE_DEPTH} deep` });
    }
    if (conditionsOf(rule).length > MAX_RULE_CONDITIONS) {
      check.addIssue({ code: 'custom', message: `must have at most ${MAX_RULE_CONDITIONS} conditions` });
    }
  });
