import { enumType } from '../kit/graph/enumType.js';

export const SurveyKind = enumType('SurveyKind', 'What a survey measures, and on which scale.', {
  NPS: 'Net promoter: how likely they are to recommend us, 0 (not at all) to 10 (extremely).',
  CSAT: 'Satisfaction: how satisfied they are, 1 (very dissatisfied) to 5 (very satisfied).',
  CES: 'Effort: how easy we made it for them, 1 (very difficult) to 7 (very easy).',
});
export type SurveyKind = keyof typeof SurveyKind;

/** The scale of each kind: its lowest and highest score. The table's CHECK says the same. */
export const SCALES: Readonly<Record<SurveyKind, { readonly min: number; readonly max: number }>> = {
  NPS: { min: 0, max: 10 },
  CSAT: { min: 1, max: 5 },
  CES: { min: 1, max: 7 },
};

/** From which score on a customer counts as satisfied (CSAT). */
export const SATISFIED_FROM = 4;

/** From which score on something was easy for the customer (CES). */
export const EASY_FROM = 5;

/** Up to which score a customer counts as dissatisfied (CSAT). */
export const DISSATISFIED_TO = 2;

/** Up to which score something was hard for the customer (CES). */
export const HARD_TO = 3;
