import { enumType } from '../kit/graph/enumType.js';

export const EmployeeSurveyKind = enumType('EmployeeSurveyKind', 'What an employee was asked, and on which scale.', {
  ENGAGEMENT: 'How engaged they are, 1 (not at all) to 5 (extremely).',
  ENPS: 'How likely they are to recommend us as an employer, 0 (not at all) to 10 (extremely).',
});
export type EmployeeSurveyKind = keyof typeof EmployeeSurveyKind;

/** The scale of each kind. The table's CHECK says the same. */
export const EMPLOYEE_SCALES: Readonly<Record<EmployeeSurveyKind, { readonly min: number; readonly max: number }>> = {
  ENGAGEMENT: { min: 1, max: 5 },
  ENPS: { min: 0, max: 10 },
};
