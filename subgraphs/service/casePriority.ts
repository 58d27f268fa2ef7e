import { enumType } from '../kit/enumType.js';

export const CasePriority = enumType('CasePriority', 'How soon a case must be dealt with; it decides the due times.', {
  LOW: 'Can wait: first reply in 24 hours, resolution in 168 (a week).',
  NORMAL: 'As usual: first reply in 8 hours, resolution in 72.',
  HIGH: 'Before the others: first reply in 4 hours, resolution in 24.',
  URGENT: 'At once: first reply in 1 hour, resolution in 8.',
});
export type CasePriority = keyof typeof CasePriority;
