import { SCOPES } from '../../schema/contract.js';
import { defineSubgraph } from '../kit/serve/defineSubgraph.js';
import { touchpointReference } from '../kit/graph/touchpointReference.js';
import { Campaign } from './entities/Campaign.js';
import { Consent } from './entities/Consent.js';
import { Customer, customerStub } from './entities/Customer.js';
import { Exposure } from './entities/Exposure.js';
import { Offer } from './entities/Offer.js';
import { Proposition } from './entities/Proposition.js';
import { Segment } from './entities/Segment.js';
import { SegmentMembership } from './entities/SegmentMembership.js';
import { Trait } from './entities/Trait.js';
import { Touchpoint } from './entities/Touchpoint.js';
import { CompleteMarketing1763900000000 } from './migrations/CompleteMarketing1763900000000.js';
import { CreateMarketing1763800000000 } from './migrations/CreateMarketing1763800000000.js';
import { MoveConsents1764200000003 } from './migrations/MoveConsents1764200000003.js';
import { LetConsentsFollow1764300000001 } from './migrations/LetConsentsFollow1764300000001.js';
import { CampaignResolver } from './resolvers/CampaignResolver.js';
import { NoteWithdrawals1764850000000 } from './migrations/NoteWithdrawals1764850000000.js';
import { WithdrawForAll1764900000000 } from './migrations/WithdrawForAll1764900000000.js';
import { ConsentResolver } from './resolvers/ConsentResolver.js';
import { CustomerResolver } from './resolvers/CustomerResolver.js';
import { ExposureResolver } from './resolvers/ExposureResolver.js';
import { MutationResolver } from './resolvers/MutationResolver.js';
import { OfferResolver } from './resolvers/OfferResolver.js';
import { PropositionResolver } from './resolvers/PropositionResolver.js';
import { QueryResolver } from './resolvers/QueryResolver.js';
import { SegmentMembershipResolver } from './resolvers/SegmentMembershipResolver.js';
import { SegmentResolver } from './resolvers/SegmentResolver.js';
import { TraitResolver } from './resolvers/TraitResolver.js';
import { TouchpointResolver } from './resolvers/TouchpointResolver.js';
import { readWithdrawals } from './consentWithdrawn.js';
import { recomputeCustomers, recomputeSegments } from './segmentMembers.js';

/** Whom we address with what, what came of it, and what they allow. */
export const marketing = defineSubgraph({
  name: 'marketing',
  port: 4005,
  access: { read: SCOPES.readCustomers, write: SCOPES.writeMarketing },
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
    PropositionResolver,
    OfferResolver,
    TouchpointResolver,
  ],
  types: [Customer, Touchpoint, Segment, SegmentMembership, Trait, Campaign, Exposure, Consent, Proposition, Offer],
  references: {
    Customer: (reference) => customerStub(reference.id),
    Touchpoint: touchpointReference(Touchpoint),
    Segment: (reference, context) => context.byId(Segment, reference.id),
    SegmentMembership: (reference, context) => context.byId(SegmentMembership, reference.id),
    Trait: (reference, context) => context.byId(Trait, reference.id),
    Campaign: (reference, context) => context.byId(Campaign, reference.id),
    Exposure: (reference, context) => context.byId(Exposure, reference.id),
    Consent: (reference, context) => context.byId(Consent, reference.id),
    Proposition: (reference, context) => context.byId(Proposition, reference.id),
    Offer: (reference, context) => context.byId(Offer, reference.id),
  },
  entities: [Segment, SegmentMembership, Trait, Campaign, Exposure, Consent, Proposition, Offer],
  rederive: recomputeCustomers,
  afterImport: recomputeSegments,
  migrations: [
    CreateMarketing1763800000000,
    CompleteMarketing1763900000000,
    MoveConsents1764200000003,
    LetConsentsFollow1764300000001,
    NoteWithdrawals1764850000000,
    WithdrawForAll1764900000000,
  ],
  readWithdrawals,
});
