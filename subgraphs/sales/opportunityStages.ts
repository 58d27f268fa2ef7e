import { enumType } from '../kit/graph/enumType.js';

export const OpportunityStage = enumType('OpportunityStage', 'How far a sale has come.', {
  PROSPECTING: 'There may be something; nobody has talked about it yet.',
  QUALIFICATION: 'We find out whether there is a need, a budget and somebody to decide.',
  PROPOSAL: 'They have our offer.',
  NEGOTIATION: 'We talk about price and terms.',
  COMMITTED: 'They have agreed; the contract is outstanding.',
  WON: 'They bought. Final.',
  LOST: 'They did not buy. Final.',
});
export type OpportunityStage = keyof typeof OpportunityStage;

/** All stages, from first interest to the close. */
export const STAGES = Object.values(OpportunityStage);

/** How likely a sale is in each stage, unless somebody knows better. 0 to 1, exact. */
export const DEFAULT_PROBABILITY: Readonly<Record<OpportunityStage, string>> = {
  PROSPECTING: '0.1',
  QUALIFICATION: '0.2',
  PROPOSAL: '0.4',
  NEGOTIATION: '0.6',
  COMMITTED: '0.9',
  WON: '1',
  LOST: '0',
};

/** Whether a sale in this stage can still go either way. */
export function isOpen(stage: OpportunityStage): boolean {
  return stage !== 'WON' && stage !== 'LOST';
}

/** The stages that can follow: an open sale can go to every other stage, forwards or back; a closed one to none. */
export function nextStages(stage: OpportunityStage): OpportunityStage[] {
  return isOpen(stage) ? STAGES.filter((next) => next !== stage) : [];
}
