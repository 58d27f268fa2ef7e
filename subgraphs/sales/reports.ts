import type { TouchpointReported } from '../../schema/contract.js';
import type { Outbox } from '../kit/flow/Outbox.js';
import type { Activity, ActivityKind } from './entities/Activity.js';
import type { Lead, LeadSource } from './entities/Lead.js';
import type { Opportunity } from './entities/Opportunity.js';
import type { Order, OrderStatus } from './entities/Order.js';
import type { OpportunityStage } from './opportunityStages.js';

/** What of sales' writes a customer could notice, and how it reads on the timeline. */

type Channel = TouchpointReported['channel'];

/** Notes are for us alone. */
const ACTIVITY_CHANNELS: Readonly<Record<ActivityKind, Channel | null>> = {
  CALL: 'PHONE',
  EMAIL: 'EMAIL',
  MEETING: 'FACE_TO_FACE',
  PRESENTATION: 'FACE_TO_FACE',
  NOTE: null,
};

const LEAD_CHANNELS: Readonly<Record<LeadSource, Channel>> = {
  WEB: 'WEB',
  REFERRAL: 'FACE_TO_FACE',
  EVENT: 'EVENT',
  CAMPAIGN: 'EMAIL',
  OUTREACH: 'PHONE',
  PARTNER: 'EMAIL',
  SOCIAL: 'SOCIAL',
  WALK_IN: 'FACE_TO_FACE',
  OTHER: 'WEB',
};

const ORDER_WORDS: Readonly<Record<OrderStatus, string>> = {
  PLACED: 'was placed',
  CONFIRMED: 'was confirmed',
  SHIPPED: 'was shipped',
  DELIVERED: 'was delivered',
  CANCELLED: 'was cancelled',
};

/** The stages that a customer takes part in; the others are our own view of it. */
const OPPORTUNITY_WORDS: Readonly<Partial<Record<OpportunityStage, string>>> = {
  PROPOSAL: 'We made a proposal',
  NEGOTIATION: 'We negotiate',
  WON: 'We agreed',
  LOST: 'It came to nothing',
};

/** @param products the names of what was ordered, in the order of the lines */
export function reportOrder(outbox: Outbox, order: Order, products: readonly string[]): void {
  const more = products.length > 1 ? ` and ${products.length - 1} more` : '';
  outbox.report({
    customerId: order.customerId,
    occurredAt: order.placedAt.toISOString(),
    channel: 'WEB',
    direction: 'INBOUND',
    kind: 'ORDER',
    department: 'SALES',
    summary: `Ordered ${products[0] ?? ''}${more} (${order.number})`,
    source: { type: 'Order', id: order.id },
    threadKey: `Order:${order.id}`,
  });
}

/** An order that went on: the customer is told. */
export function reportOrderMove(outbox: Outbox, order: Order): void {
  outbox.report({
    customerId: order.customerId,
    occurredAt: order.updatedAt.toISOString(),
    channel: 'EMAIL',
    direction: 'OUTBOUND',
    kind: 'ORDER',
    department: 'SALES',
    summary: `Order ${order.number} ${ORDER_WORDS[order.status]}`,
    source: { type: 'Order', id: order.id },
    threadKey: `Order:${order.id}`,
    concludes: order.status === 'DELIVERED' || order.status === 'CANCELLED',
  });
}

/** A call, an email, a meeting; of a note the customer knows nothing. */
export function reportActivity(outbox: Outbox, activity: Activity): void {
  const channel = ACTIVITY_CHANNELS[activity.kind];
  if (channel === null) return;
  outbox.report({
    customerId: activity.customerId,
    occurredAt: activity.occurredAt.toISOString(),
    channel,
    direction: 'OUTBOUND',
    kind: 'ACTIVITY',
    department: 'SALES',
    summary: activity.outcome === null ? activity.subject : `${activity.subject}: ${activity.outcome}`,
    employeeId: activity.employeeId,
    source: { type: 'Activity', id: activity.id },
    threadKey: activity.opportunityId === null ? null : `Opportunity:${activity.opportunityId}`,
  });
}

/** A lead whose customer is known; of anybody else there is no timeline. */
export function reportLead(outbox: Outbox, lead: Lead): void {
  if (lead.customerId === null) return;
  const interest = lead.interest === null ? '' : ` in ${lead.interest}`;
  outbox.report({
    customerId: lead.customerId,
    occurredAt: lead.capturedAt.toISOString(),
    channel: LEAD_CHANNELS[lead.source],
    direction: lead.source === 'OUTREACH' ? 'OUTBOUND' : 'INBOUND',
    kind: 'CONTACT',
    department: 'SALES',
    summary: `Showed interest${interest}`,
    employeeId: lead.ownerId,
    source: { type: 'Lead', id: lead.id },
  });
}

/** An opportunity that came to a stage that the customer takes part in, when the customer is known. */
export function reportOpportunity(outbox: Outbox, opportunity: Opportunity, at: Date, employeeId: string | null): void {
  const words = OPPORTUNITY_WORDS[opportunity.stage];
  if (words === undefined || opportunity.customerId === null) return;
  outbox.report({
    customerId: opportunity.customerId,
    occurredAt: at.toISOString(),
    channel: 'EMAIL',
    direction: opportunity.stage === 'WON' || opportunity.stage === 'LOST' ? 'INBOUND' : 'OUTBOUND',
    kind: 'OPPORTUNITY',
    department: 'SALES',
    summary: `${words}: ${opportunity.name}`,
    employeeId: employeeId ?? opportunity.ownerId,
    source: { type: 'Opportunity', id: opportunity.id },
    threadKey: `Opportunity:${opportunity.id}`,
  });
}
