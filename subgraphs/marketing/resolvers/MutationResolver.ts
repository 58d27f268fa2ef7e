import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { IdempotencyKey } from '../../kit/graph/IdempotencyKey.js';
import { parseInput } from '../../kit/graph/parseInput.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import {
  CreateCampaignInput,
  createCampaignInput,
  UpdateCampaignInput,
  updateCampaignInput,
} from '../campaignInput.js';
import { createCampaign, updateCampaign } from '../changeCampaign.js';
import { createOffer, updateOffer } from '../changeOffer.js';
import { createProposition, updateProposition } from '../changeProposition.js';
import { createSegment, refreshSegment, updateSegment } from '../changeSegment.js';
import { GrantConsentInput, grantConsentInput, WithdrawConsentInput, withdrawConsentInput } from '../consentInput.js';
import { Campaign } from '../entities/Campaign.js';
import { Consent } from '../entities/Consent.js';
import { Exposure } from '../entities/Exposure.js';
import { Offer } from '../entities/Offer.js';
import { Proposition } from '../entities/Proposition.js';
import { Segment } from '../entities/Segment.js';
import { Trait } from '../entities/Trait.js';
import { ExpectedVersion } from '../ExpectedVersion.js';
import {
  RecordExposureInput,
  recordExposureInput,
  RecordExposureResponseInput,
  recordExposureResponseInput,
} from '../exposureInput.js';
import { CreateOfferInput, createOfferInput, UpdateOfferInput, updateOfferInput } from '../offerInput.js';
import {
  CreatePropositionInput,
  createPropositionInput,
  UpdatePropositionInput,
  updatePropositionInput,
} from '../propositionInput.js';
import { grantConsent, withdrawConsent } from '../recordConsent.js';
import { recordExposure, recordExposureResponse } from '../recordExposure.js';
import { recordTrait } from '../recordTrait.js';
import { CreateSegmentInput, createSegmentInput, UpdateSegmentInput, updateSegmentInput } from '../segmentInput.js';
import { RecordTraitInput, recordTraitInput } from '../traitInput.js';

@Resolver()
export class MutationResolver {
  @Mutation(() => Consent, {
    description:
      'Records in the ledger that a customer agrees, and returns the entry. Agreeing again under another text or from another source is a new entry, because each wording must be provable; the very same grant again, while it holds, changes nothing and returns the entry that is there.',
  })
  grantConsent(
    @Arg('input', () => GrantConsentInput, { description: 'To what, and under which words.' }) input: GrantConsentInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Consent> {
    const once = { key: idempotencyKey, mutation: 'grantConsent', input };
    return grantConsent(context, parseInput(grantConsentInput, input, 'input'), once);
  }

  @Mutation(() => Consent, {
    description:
      'Records in the ledger that a customer does not agree, or not any more, and returns the entry. A no is never refused: it is taken before any yes too, since it is the right of the customer and keeps out what may come later. For all channels (channel left out) it ends every grant of that purpose. Where all that it is about is withdrawn already, it changes nothing and returns the entry that is there.',
  })
  withdrawConsent(
    @Arg('input', () => WithdrawConsentInput, { description: 'From what.' }) input: WithdrawConsentInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Consent> {
    const once = { key: idempotencyKey, mutation: 'withdrawConsent', input };
    return withdrawConsent(context, parseInput(withdrawConsentInput, input, 'input'), once);
  }

  @Mutation(() => Trait, {
    description:
      'Records what a source has observed of a customer. The latest observation of a name by a source holds: an older one changes nothing and returns what is there, and so does the very same one again.',
  })
  recordTrait(
    @Arg('input', () => RecordTraitInput, { description: 'What was observed.' }) input: RecordTraitInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Trait> {
    const once = { key: idempotencyKey, mutation: 'recordTrait', input };
    return recordTrait(context, parseInput(recordTraitInput, input, 'input'), once);
  }

  @Mutation(() => Campaign, { description: 'Plans a campaign.' })
  createCampaign(
    @Arg('input', () => CreateCampaignInput, { description: 'The campaign.' }) input: CreateCampaignInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Campaign> {
    const once = { key: idempotencyKey, mutation: 'createCampaign', input };
    return createCampaign(context, parseInput(createCampaignInput, input, 'input'), once);
  }

  @Mutation(() => Campaign, { description: 'Changes a campaign. Its channel stays.' })
  updateCampaign(
    @Arg('id', () => ID, { description: 'Which.' }) id: string,
    @Arg('input', () => UpdateCampaignInput, { description: 'What to change.' }) input: UpdateCampaignInput,
    @ExpectedVersion() expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Campaign> {
    const once = { key: idempotencyKey, mutation: 'updateCampaign', input: { id, input, expectedVersion } };
    return updateCampaign(context, id, parseInput(updateCampaignInput, input, 'input'), expectedVersion, once);
  }

  @Mutation(() => Exposure, {
    description:
      'Records that a campaign reached a customer, or left them out as one of its control group. It is a fact and never refused for want of consent: ask `Customer.mayContact` before you send. The same message (`source` and `sourceKey`) again changes nothing and returns what is there.',
  })
  recordExposure(
    @Arg('input', () => RecordExposureInput, { description: 'What was sent to whom.' }) input: RecordExposureInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Exposure> {
    const once = { key: idempotencyKey, mutation: 'recordExposure', input };
    return recordExposure(context, parseInput(recordExposureInput, input, 'input'), once);
  }

  @Mutation(() => Exposure, {
    description:
      'Records that a customer opened or clicked what they were sent, or responded. Steps are only ever added, each at the earliest moment told: the same or a later one again changes nothing. The control group can only respond.',
  })
  recordExposureResponse(
    @Arg('input', () => RecordExposureResponseInput, { description: 'What they did.' })
    input: RecordExposureResponseInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Exposure> {
    const once = { key: idempotencyKey, mutation: 'recordExposureResponse', input };
    return recordExposureResponse(context, parseInput(recordExposureResponseInput, input, 'input'), once);
  }

  @Mutation(() => Segment, {
    description:
      'Makes a segment by rule and finds its members, who are then kept up to date with each change of a trait, a consent or an exposure. There are at most 50 segments by rule.',
  })
  createSegment(
    @Arg('input', () => CreateSegmentInput, { description: 'The segment.' }) input: CreateSegmentInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Segment> {
    const once = { key: idempotencyKey, mutation: 'createSegment', input };
    return createSegment(context, parseInput(createSegmentInput, input, 'input'), once);
  }

  @Mutation(() => Segment, { description: 'Changes a segment; with a new rule, its members are found anew.' })
  updateSegment(
    @Arg('id', () => ID, { description: 'Which.' }) id: string,
    @Arg('input', () => UpdateSegmentInput, { description: 'What to change.' }) input: UpdateSegmentInput,
    @ExpectedVersion() expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Segment> {
    const once = { key: idempotencyKey, mutation: 'updateSegment', input: { id, input, expectedVersion } };
    return updateSegment(context, id, parseInput(updateSegmentInput, input, 'input'), expectedVersion, once);
  }

  @Mutation(() => Segment, {
    description:
      'Finds the members of a segment by rule anew, for rows that came in past the mutations, such as those of an import.',
  })
  refreshSegment(
    @Arg('id', () => ID, { description: 'Which.' }) id: string,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Segment> {
    return refreshSegment(context, id, { key: idempotencyKey, mutation: 'refreshSegment', input: { id } });
  }

  @Mutation(() => Proposition, { description: 'Writes a proposition for a segment.' })
  createProposition(
    @Arg('input', () => CreatePropositionInput, { description: 'The proposition.' }) input: CreatePropositionInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Proposition> {
    const once = { key: idempotencyKey, mutation: 'createProposition', input };
    return createProposition(context, parseInput(createPropositionInput, input, 'input'), once);
  }

  @Mutation(() => Proposition, { description: 'Changes a proposition. Its segment stays.' })
  updateProposition(
    @Arg('id', () => ID, { description: 'Which.' }) id: string,
    @Arg('input', () => UpdatePropositionInput, { description: 'What to change.' }) input: UpdatePropositionInput,
    @ExpectedVersion() expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Proposition> {
    const once = { key: idempotencyKey, mutation: 'updateProposition', input: { id, input, expectedVersion } };
    return updateProposition(context, id, parseInput(updatePropositionInput, input, 'input'), expectedVersion, once);
  }

  @Mutation(() => Offer, { description: 'Makes an offer.' })
  createOffer(
    @Arg('input', () => CreateOfferInput, { description: 'The offer.' }) input: CreateOfferInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Offer> {
    const once = { key: idempotencyKey, mutation: 'createOffer', input };
    return createOffer(context, parseInput(createOfferInput, input, 'input'), once);
  }

  @Mutation(() => Offer, { description: 'Changes an offer.' })
  updateOffer(
    @Arg('id', () => ID, { description: 'Which.' }) id: string,
    @Arg('input', () => UpdateOfferInput, { description: 'What to change.' }) input: UpdateOfferInput,
    @ExpectedVersion() expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Offer> {
    const once = { key: idempotencyKey, mutation: 'updateOffer', input: { id, input, expectedVersion } };
    return updateOffer(context, id, parseInput(updateOfferInput, input, 'input'), expectedVersion, once);
  }
}
