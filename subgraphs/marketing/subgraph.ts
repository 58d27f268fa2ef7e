import { defineSubgraph } from '../kit/defineSubgraph.js';
import { Campaign } from './entities/Campaign.js';
import { Consent } from './entities/Consent.js';
import { Customer, customerStub } from './entities/Customer.js';
import { Exposure } from './entities/Exposure.js';
import { Segment } from './entities/Segment.js';
import { SegmentMembership } from './entities/SegmentMembership.js';
import { Trait } from './entities/Trait.js';
import { CreateMarketing1763800000000 } from './migrations/CreateMarketing1763800000000.js';
import { CampaignResolver } from './resolvers/CampaignResolver.js';
import { ConsentResolver } from './resolvers/ConsentResolver.js';
import { CustomerResolver } from './resolvers/CustomerResolver.js';
import { ExposureResolver } from './resolvers/ExposureResolver.js';
import { MutationResolver } from './resolvers/MutationResolver.js';
import { QueryResolver } from './resolvers/QueryResolver.js';
import { SegmentMembershipResolver } from './resolvers/SegmentMembershipResolver.js';
import { SegmentResolver } from './resolvers/SegmentResolver.js';
import { TraitResolver } from './resolvers/TraitResolver.js';

/** Whom we address with what, what came of it, and what they allow. */
export const marketing = defineSubgraph({
  name: 'marketing',
  port: 4005,
  resolvers: [
    QueryResolver,
    MutationResolver,
    CustomerResolver,
    SegmentResolver,
    SegmentMembershipResolver,
    TraitResolver,
    CampaignResolver,
    ExposureResolver,
    ConsentResolver,
  ],
  types: [Customer, Segment, SegmentMembership, Trait, Campaign, Exposure, Consent],
  references: {
    Customer: (reference) => customerStub(reference.id),
    Segment: (reference, context) => context.byId(Segment, reference.id),
    SegmentMembership: (reference, context) => context.byId(SegmentMembership, reference.id),
    Trait: (reference, context) => context.byId(Trait, reference.id),
    Campaign: (reference, context) => context.byId(Campaign, reference.id),
    Exposure: (reference, context) => context.byId(Exposure, reference.id),
    Consent: (reference, context) => context.byId(Consent, reference.id),
  },
  entities: [Segment, SegmentMembership, Trait, Campaign, Exposure, Consent],
  migrations: [CreateMarketing1763800000000],
});
