import { Channel } from '../../../subgraphs/kit/graph/Channel.js';
import { Campaign } from '../../../subgraphs/marketing/entities/Campaign.js';
import { Consent, ConsentAction, ConsentPurpose } from '../../../subgraphs/marketing/entities/Consent.js';
import { Exposure } from '../../../subgraphs/marketing/entities/Exposure.js';
import { Offer } from '../../../subgraphs/marketing/entities/Offer.js';
import { Proposition } from '../../../subgraphs/marketing/entities/Proposition.js';
import { Segment } from '../../../subgraphs/marketing/entities/Segment.js';
import { SegmentMembership } from '../../../subgraphs/marketing/entities/SegmentMembership.js';
import { Trait, TraitKind } from '../../../subgraphs/marketing/entities/Trait.js';
import { marketing } from '../../../subgraphs/marketing/subgraph.js';
import { needed, notBefore } from './checks.js';
import type { ImportTarget, RowValues } from './ImportTarget.js';
import { atMost, currency, notNegative, oneOf, share, words } from './rules.js';

function checkExposure(row: RowValues): void {
  for (const step of ['openedAt', 'clickedAt', 'respondedAt']) notBefore(row, step, 'sentAt');
  if (row.get('control') !== 'true') return;
  for (const step of ['openedAt', 'clickedAt']) {
    if (row.get(step) !== null) row.refuse(step, 'is there, and the control group is sent nothing');
  }
}

/** What a mapping can write of marketing. */
export const marketingTargets: Readonly<Record<string, ImportTarget>> = {
  'marketing.Trait': {
    subgraph: marketing,
    entity: Trait,
    rules: { name: atMost(200), kind: oneOf(TraitKind), value: atMost(1000) },
  },
  'marketing.Consent': {
    subgraph: marketing,
    entity: Consent,
    rules: {
      purpose: oneOf(ConsentPurpose),
      channel: oneOf(Channel),
      action: oneOf(ConsentAction),
      text: words,
      note: words,
    },
    appendOnly: ['purpose', 'channel', 'action', 'at'],
    complete(row) {
      if (row.get('action') === 'GRANTED') needed(row, 'text', 'a consent that is GRANTED');
      if (row.get('action') === 'GRANTED' && row.get('note') !== null)
        row.refuse('note', 'is for what is said at a withdrawal');
    },
  },
  'marketing.Campaign': {
    subgraph: marketing,
    entity: Campaign,
    rules: {
      name: atMost(200),
      channel: oneOf(Channel),
      objective: words,
      budgetAmount: notNegative,
      budgetCurrency: currency,
      controlShareText: share,
    },
    initial: { controlShareText: '0' },
    money: { budget: { amount: 'budgetAmount', currency: 'budgetCurrency' } },
    names: { controlShare: 'controlShareText' },
    complete: (row) => notBefore(row, 'endsAt', 'startsAt'),
  },
  'marketing.Exposure': {
    subgraph: marketing,
    entity: Exposure,
    initial: { control: 'false' },
    complete: checkExposure,
  },
  'marketing.Segment': { subgraph: marketing, entity: Segment, rules: { name: atMost(200), description: words } },
  'marketing.SegmentMembership': { subgraph: marketing, entity: SegmentMembership, initial: { since: 'now' } },
  'marketing.Proposition': { subgraph: marketing, entity: Proposition, rules: { name: atMost(200) } },
  'marketing.Offer': {
    subgraph: marketing,
    entity: Offer,
    rules: { name: atMost(200), priceAmount: notNegative, priceCurrency: currency, terms: words },
    money: { price: { amount: 'priceAmount', currency: 'priceCurrency' } },
    complete(row) {
      if (row.get('propositionId') === null && row.get('campaignId') === null) {
        row.refuse('campaignId', 'is missing, and an offer without propositionId needs it');
      }
      const [until, start] = [row.get('validUntil'), row.get('validFrom')];
      if (until !== null && start !== null && until <= start) row.refuse('validUntil', 'is not after validFrom');
    },
  },
};
