import type {
  CasePriority,
  Channel,
  CaseKind,
  ConsentPurpose,
  Department,
  NpsGroupBy,
  Sentiment,
} from './operations.ts';

/** The values of the graph's enums that one chooses from, in the order in which they are offered. */
export const CHANNELS = [
  'PHONE',
  'EMAIL',
  'CHAT',
  'SMS',
  'SOCIAL',
  'WEB',
  'APP',
  'FACE_TO_FACE',
  'LETTER',
  'EVENT',
  'REVIEW_SITE',
] as const satisfies readonly Channel[];
export const DEPARTMENTS = [
  'SALES',
  'SERVICE',
  'MARKETING',
  'FEEDBACK',
  'OTHER',
] as const satisfies readonly Department[];
export const SENTIMENTS = ['POSITIVE', 'NEUTRAL', 'NEGATIVE'] as const satisfies readonly Sentiment[];
export const CASE_KINDS = [
  'QUESTION',
  'PROBLEM',
  'COMPLAINT',
  'ORDER_FOLLOW_UP',
] as const satisfies readonly CaseKind[];
export const PRIORITIES = ['LOW', 'NORMAL', 'HIGH', 'URGENT'] as const satisfies readonly CasePriority[];
export const PURPOSES = [
  'MARKETING',
  'PROFILING',
  'RESEARCH',
  'SERVICE_MESSAGES',
  'THIRD_PARTY',
] as const satisfies readonly ConsentPurpose[];
export const NPS_GROUPS = [
  'RESPONDENT_GROUP',
  'EXPERIENCE',
  'CHANNEL',
  'SURVEY',
] as const satisfies readonly NpsGroupBy[];

/** As a form's list of choices. */
export function choices<T extends string>(
  values: readonly T[],
  label: (value: T) => string,
): { value: T; label: string }[] {
  return values.map((value) => ({ value, label: label(value) }));
}
