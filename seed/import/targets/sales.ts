import { Opportunity } from '../../../subgraphs/sales/entities/Opportunity.js';
import { Product } from '../../../subgraphs/sales/entities/Product.js';
import { StageChange } from '../../../subgraphs/sales/entities/StageChange.js';
import { OpportunityStage } from '../../../subgraphs/sales/opportunityStages.js';
import { sales } from '../../../subgraphs/sales/subgraph.js';
import type { ImportTarget } from './ImportTarget.js';
import { atMost, currency, notNegative, oneOf, share } from './rules.js';

/** What a mapping can write of sales. */
export const salesTargets: Readonly<Record<string, ImportTarget>> = {
  'sales.Product': {
    subgraph: sales,
    entity: Product,
    rules: { name: atMost(200), category: atMost(200), unitPriceAmount: notNegative, currency },
    initial: { active: 'true' },
    money: { unitPrice: { amount: 'unitPriceAmount', currency: 'currency' } },
  },
  'sales.Opportunity': {
    subgraph: sales,
    entity: Opportunity,
    rules: {
      name: atMost(200),
      stage: oneOf(OpportunityStage),
      amountValue: notNegative,
      currency,
      probability: share,
    },
    money: { amount: { amount: 'amountValue', currency: 'currency' } },
  },
  'sales.StageChange': { subgraph: sales, entity: StageChange, rules: { stage: oneOf(OpportunityStage) } },
};
