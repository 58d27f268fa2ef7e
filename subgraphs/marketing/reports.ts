import type { TouchpointReported } from '../../schema/contract.js';
import type { Outbox } from '../kit/flow/Outbox.js';
import type { Campaign } from './entities/Campaign.js';
import type { Consent, ConsentPurpose } from './entities/Consent.js';
import type { Exposure } from './entities/Exposure.js';
import type { ExposureResponse } from './exposureInput.js';

/** What of marketing's writes a customer could notice, and how it reads on the timeline. The control group is sent nothing. */

const PURPOSES: Readonly<Record<ConsentPurpose, string>> = {
  MARKETING: 'offers',
  PROFILING: 'individual treatment',
  RESEARCH: 'questions for their opinion',
  SERVICE_MESSAGES: 'messages about what they bought',
  THIRD_PARTY: 'passing their data on',
};

const RESPONSES: Readonly<Record<ExposureResponse, string>> = {
  OPENED: 'Opened',
  CLICKED: 'Clicked on something in',
  RESPONDED: 'Answered',
};

/** That a customer agreed or withdrew. */
export function reportConsent(outbox: Outbox, consent: Consent): void {
  const isGranted = consent.action === 'GRANTED';
  const through = consent.channel === null ? '' : ` by ${consent.channel.toLowerCase().replaceAll('_', ' ')}`;
  outbox.report({
    customerId: consent.customerId,
    occurredAt: consent.at.toISOString(),
    channel: 'WEB',
    direction: 'INBOUND',
    kind: 'CONSENT',
    department: 'MARKETING',
    summary: `${isGranted ? 'Agreed to' : 'Withdrew from'} ${PURPOSES[consent.purpose]}${through}`,
    sentiment: isGranted ? null : 'NEGATIVE',
    source: { type: 'Consent', id: consent.id },
  });
}

function aboutCampaign(exposure: Exposure, campaign: Pick<Campaign, 'channel'>) {
  return {
    customerId: exposure.customerId,
    channel: campaign.channel satisfies TouchpointReported['channel'],
    kind: 'CAMPAIGN' as const,
    department: 'MARKETING' as const,
    source: { type: 'Exposure', id: exposure.id },
    threadKey: `Exposure:${exposure.id}`,
  };
}

/** That a campaign reached a customer. */
export function reportExposure(outbox: Outbox, exposure: Exposure, campaign: Pick<Campaign, 'channel' | 'name'>): void {
  if (exposure.control) return;
  outbox.report({
    ...aboutCampaign(exposure, campaign),
    occurredAt: exposure.sentAt.toISOString(),
    direction: 'OUTBOUND',
    summary: `Campaign "${campaign.name}" was sent`,
  });
}

/** What a customer did about it. */
export function reportExposureResponse(
  outbox: Outbox,
  exposure: Exposure,
  campaign: Pick<Campaign, 'channel' | 'name'>,
  response: ExposureResponse,
  at: Date,
): void {
  if (exposure.control) return;
  outbox.report({
    ...aboutCampaign(exposure, campaign),
    occurredAt: at.toISOString(),
    direction: 'INBOUND',
    summary: `${RESPONSES[response]} the campaign "${campaign.name}"`,
    sentiment: response === 'RESPONDED' ? 'POSITIVE' : null,
  });
}
