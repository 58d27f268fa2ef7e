import type { Outbox } from '../kit/flow/Outbox.js';
import type { Case } from './entities/Case.js';
import type { CaseMessage } from './entities/CaseMessage.js';
import type { Goodwill } from './entities/Goodwill.js';
import type { ServicePromise } from './entities/ServicePromise.js';

/**
 * What of service's writes a customer could notice, and how it reads on the timeline. To whom a case is assigned and how far it is
 * escalated they do not see.
 */

function aboutCase(of: Case) {
  return {
    customerId: of.customerId,
    channel: of.channel,
    department: 'SERVICE' as const,
    threadKey: `Case:${of.id}`,
  };
}

const CASE_WORDS: Readonly<Record<Case['kind'], string>> = {
  QUESTION: 'Asked',
  PROBLEM: 'Reported a problem',
  COMPLAINT: 'Complained',
  ORDER_FOLLOW_UP: 'Asked after an order',
};

/** A customer came with something. */
export function reportCase(outbox: Outbox, opened: Case): void {
  const isComplaint = opened.kind === 'COMPLAINT';
  outbox.report({
    ...aboutCase(opened),
    occurredAt: opened.openedAt.toISOString(),
    direction: 'INBOUND',
    kind: isComplaint ? 'COMPLAINT' : 'CASE',
    summary: `${CASE_WORDS[opened.kind]}: ${opened.subject} (${opened.number})`,
    sentiment: isComplaint ? 'NEGATIVE' : null,
    source: { type: 'Case', id: opened.id },
  });
}

/** A message of the customer or of an employee. */
export function reportMessage(outbox: Outbox, of: Case, message: Omit<CaseMessage, 'employee'>): void {
  const fromUs = message.author === 'EMPLOYEE';
  outbox.report({
    ...aboutCase(of),
    occurredAt: message.sentAt.toISOString(),
    direction: fromUs ? 'OUTBOUND' : 'INBOUND',
    kind: 'CASE',
    summary: `${fromUs ? 'We answered' : 'Wrote'} about "${of.subject}": ${message.body}`,
    employeeId: message.employeeId,
    source: { type: 'CaseMessage', id: message.id },
  });
}

/** A case that was resolved, or that the customer brought back. */
export function reportCaseStep(outbox: Outbox, of: Case, step: 'RESOLVED' | 'REOPENED', at: Date, words: string): void {
  const isResolved = step === 'RESOLVED';
  outbox.report({
    ...aboutCase(of),
    occurredAt: at.toISOString(),
    direction: isResolved ? 'OUTBOUND' : 'INBOUND',
    kind: 'CASE',
    summary: `${isResolved ? 'Resolved' : 'Reopened'} "${of.subject}": ${words}`,
    employeeId: isResolved ? of.assigneeId : null,
    sentiment: isResolved ? null : 'NEGATIVE',
    source: { type: 'Case', id: of.id },
    concludes: isResolved,
  });
}

/**
 * What we promised, or that we kept it.
 * @param of the case that it belongs to; it is told through that one's channel, else by email
 */
export function reportPromise(outbox: Outbox, promise: ServicePromise, at: Date, of: Case | null): void {
  outbox.report({
    customerId: promise.customerId,
    occurredAt: at.toISOString(),
    channel: of?.channel ?? 'EMAIL',
    direction: 'OUTBOUND',
    kind: 'PROMISE',
    department: 'SERVICE',
    summary: `${promise.keptAt === null ? 'We promised' : 'We kept our promise'}: ${promise.what}`,
    employeeId: promise.employeeId,
    sentiment: promise.keptAt === null ? null : 'POSITIVE',
    source: { type: 'Promise', id: promise.id },
    threadKey: of === null ? null : `Case:${of.id}`,
  });
}

/**
 * What we gave to make up for a fault of ours.
 * @param of the case that it belongs to; it is told through that one's channel, else by email
 */
export function reportGoodwill(outbox: Outbox, goodwill: Goodwill, of: Case | null): void {
  const { amount, currency } = goodwill.amount;
  outbox.report({
    customerId: goodwill.customerId,
    occurredAt: goodwill.grantedAt.toISOString(),
    channel: of?.channel ?? 'EMAIL',
    direction: 'OUTBOUND',
    kind: 'PAYMENT',
    department: 'SERVICE',
    summary: `We gave ${amount} ${currency} as goodwill: ${goodwill.reason}`,
    employeeId: goodwill.employeeId,
    sentiment: 'POSITIVE',
    source: { type: 'Goodwill', id: goodwill.id },
    threadKey: of === null ? null : `Case:${of.id}`,
  });
}
