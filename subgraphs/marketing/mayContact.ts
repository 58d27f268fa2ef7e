import { Field, ObjectType } from 'type-graphql';
import type { Channel } from '../kit/graph/Channel.js';
import { enumType } from '../kit/graph/enumType.js';
import { Consent, type ConsentPurpose } from './entities/Consent.js';

const ContactReason = enumType('ContactReason', 'Why a customer may, or may not, be contacted.', {
  GRANTED_FOR_CHANNEL: 'They said yes to this channel.',
  GRANTED_FOR_ALL_CHANNELS: 'They said yes to all channels, and no no for this one stands.',
  WITHDRAWN_FOR_CHANNEL: 'They said no to this channel; a yes to all channels does not lift that.',
  WITHDRAWN_FOR_ALL_CHANNELS: 'They said no to all channels, and not yes to this one since.',
  ERASED: 'They were erased: nobody writes to them, whatever they once agreed to.',
  NEVER_ASKED: 'They said neither yes nor no. That is a no.',
});
type ContactReason = keyof typeof ContactReason;

@ObjectType({
  description: 'Whether a customer may be contacted for a purpose on a channel, and why.',
  simpleResolvers: true,
})
export class ContactPermission {
  @Field(() => Boolean, { description: 'Whether they may.' })
  allowed: boolean;

  @Field(() => ContactReason, { description: 'Why.' })
  reason: ContactReason;

  @Field(() => Consent, {
    nullable: true,
    description: 'The entry of the ledger that decides; null when there is none.',
  })
  consent: Consent | null;
}

/** Of who was erased, whatever the ledger says. */
export const ERASED: ContactPermission = { allowed: false, reason: 'ERASED', consent: null };

/**
 * The rules of the ledger: the entry for just the channel decides, else the one for all channels; no entry means no.
 * @param standing what holds (`customerConsents`): there a broad no has already ended the yeses before it
 */
export function mayContact(standing: readonly Consent[], purpose: ConsentPurpose, channel: Channel): ContactPermission {
  const ofPurpose = standing.filter((consent) => consent.purpose === purpose);
  const consent =
    ofPurpose.find((entry) => entry.channel === channel) ?? ofPurpose.find((entry) => entry.channel === null) ?? null;
  if (consent === null) return { allowed: false, reason: 'NEVER_ASKED', consent };
  const breadth = consent.channel === null ? 'ALL_CHANNELS' : 'CHANNEL';
  return { allowed: consent.action === 'GRANTED', reason: `${consent.action}_FOR_${breadth}`, consent };
}
