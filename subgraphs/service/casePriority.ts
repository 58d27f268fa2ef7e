import { enumType } from '../kit/graph/enumType.js';

export const CasePriority = enumType(
  'CasePriority',
  'How soon a case must be dealt with; it decides the due times, in business hours.',
  {
    LOW: 'Can wait: first reply in 16 business hours, resolution in 40.',
    NORMAL: 'As usual: first reply in 8 business hours, resolution in 24.',
    HIGH: 'Before the others: first reply in 4 business hours, resolution in 16.',
    URGENT: 'At once: first reply in 1 business hour, resolution in 8.',
  },
);
export type CasePriority = keyof typeof CasePriority;
