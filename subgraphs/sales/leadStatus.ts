import { enumType } from '../kit/graph/enumType.js';

export const LeadStatus = enumType('LeadStatus', 'How far a lead has come.', {
  NEW: 'Captured; nobody has looked at it yet.',
  WORKING: 'We find out about budget, authority, need and timing.',
  QUALIFIED: 'All four are known, and it is worth an opportunity.',
  CONVERTED: 'It has become an opportunity of a customer. Final.',
  DISQUALIFIED: 'Not worth an opportunity, for the reason given. It can be worked on again.',
});
export type LeadStatus = keyof typeof LeadStatus;

/** What `qualifyLead` can make of a lead. CONVERTED comes of `convertLead` alone, and only after QUALIFIED. */
export const QUALIFIES_TO: Readonly<Record<LeadStatus, readonly LeadStatus[]>> = {
  NEW: ['WORKING', 'QUALIFIED', 'DISQUALIFIED'],
  WORKING: ['WORKING', 'QUALIFIED', 'DISQUALIFIED'],
  QUALIFIED: ['WORKING', 'QUALIFIED', 'DISQUALIFIED'],
  CONVERTED: [],
  DISQUALIFIED: ['WORKING'],
};
