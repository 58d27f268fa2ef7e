import { enumType } from '../kit/graph/enumType.js';

export const LoopOutcome = enumType('LoopOutcome', 'What came of it when we followed up.', {
  RECOVERED: 'What troubled them is put right, and they say so.',
  EXPLAINED: 'They know now why it was so; nothing was to be put right.',
  COMPENSATED: 'They were compensated.',
  NOT_REACHED: 'They could not be reached.',
  NOT_RECOVERED: 'They were heard, and are still not content.',
});
export type LoopOutcome = keyof typeof LoopOutcome;
