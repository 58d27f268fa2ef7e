import { Trait, TraitKind } from '../../../subgraphs/marketing/entities/Trait.js';
import { marketing } from '../../../subgraphs/marketing/subgraph.js';
import type { ImportTarget } from './ImportTarget.js';
import { atMost, oneOf } from './rules.js';

/** What a mapping can write of marketing. */
export const marketingTargets: Readonly<Record<string, ImportTarget>> = {
  'marketing.Trait': {
    subgraph: marketing,
    entity: Trait,
    rules: { name: atMost(100), kind: oneOf(TraitKind), value: atMost(500) },
  },
};
