import { Channel } from '../../../subgraphs/kit/graph/Channel.js';
import { CasePriority } from '../../../subgraphs/service/casePriority.js';
import { CaseStatus } from '../../../subgraphs/service/caseStatus.js';
import type { BusinessCalendar } from '../../../subgraphs/service/businessTime.js';
import { Case, CaseKind } from '../../../subgraphs/service/entities/Case.js';
import { CaseMessage, MessageAuthor } from '../../../subgraphs/service/entities/CaseMessage.js';
import { CaseStatusChange } from '../../../subgraphs/service/entities/CaseStatusChange.js';
import { Goodwill } from '../../../subgraphs/service/entities/Goodwill.js';
import { PromiseKind } from '../../../subgraphs/service/promiseStatus.js';
import { ServicePromise } from '../../../subgraphs/service/entities/ServicePromise.js';
import { SlaClock, slaDue } from '../../../subgraphs/service/sla.js';
import { service } from '../../../subgraphs/service/subgraph.js';
import { needed, notBefore } from './checks.js';
import type { ImportTarget, RowValues } from './ImportTarget.js';
import { atMost, currency, from, notNegative, oneOf, positive, words } from './rules.js';

/** The clock of imported cases, ELAPSED, counts around the clock. */
const AROUND_THE_CLOCK: BusinessCalendar = {
  days: new Set([1, 2, 3, 4, 5, 6, 7]),
  opensAt: 0,
  closesAt: 1440,
  timeZone: 'UTC',
  holidays: new Set(),
};

/**
 * Until when a case had to be answered and resolved. Where the export says no more than whether that was kept, the due time is
 * the resolution itself, or a second before it: no other time is known to be right.
 */
function dueOf(row: RowValues): { first: string; resolution: string } {
  const [opened, resolved, kept] = [row.get('openedAt'), row.get('resolvedAt'), row.get('slaKept')];
  const openedAt = new Date(opened ?? 0);
  if (kept === 'false') {
    const missed = resolved === null ? openedAt : new Date(Date.parse(resolved) - 1000);
    return { first: missed.toISOString(), resolution: missed.toISOString() };
  }
  if (kept === 'true' && resolved !== null) return { first: resolved, resolution: resolved };
  const priority = CasePriority[row.get('priority') as CasePriority];
  const due = slaDue(priority, openedAt, AROUND_THE_CLOCK);
  return { first: due.firstResponseDueAt.toISOString(), resolution: due.resolutionDueAt.toISOString() };
}

function completeCase(row: RowValues): void {
  const status = row.get('status') ?? '';
  const isOver = status === 'RESOLVED' || status === 'CLOSED';
  if (isOver) {
    if (row.get('resolvedAt') === null && row.get('closedAt') !== null) row.set('resolvedAt', row.get('closedAt'));
    needed(row, 'resolvedAt', `a case that is ${status}`);
  } else {
    // An export keeps the time of a resolution that did not last.
    if (row.get('resolvedAt') !== null) row.set('resolvedAt', null);
    if (row.get('resolution') !== null) row.set('resolution', null);
  }
  if (status !== 'AWAITING_CUSTOMER' && row.get('waitingSince') !== null) row.set('waitingSince', null);
  notBefore(row, 'resolvedAt', 'openedAt');
  notBefore(row, 'firstRespondedAt', 'openedAt');
  const due = dueOf(row);
  if (row.get('firstResponseDueAt') === null) row.set('firstResponseDueAt', due.first);
  if (row.get('resolutionDueAt') === null) row.set('resolutionDueAt', due.resolution);
  if (row.get('escalationLevel') !== '0') needed(row, 'escalatedAt', 'an escalated case');
  else if (row.get('escalatedAt') !== null) row.refuse('escalatedAt', 'is there, and escalationLevel is 0');
}

/** What a mapping can write of service. */
export const serviceTargets: Readonly<Record<string, ImportTarget>> = {
  'service.Case': {
    subgraph: service,
    entity: Case,
    rules: {
      subject: atMost(200),
      kind: oneOf(CaseKind),
      channel: oneOf(Channel),
      priority: oneOf(CasePriority),
      status: oneOf(CaseStatus),
      resolution: words,
      slaClock: oneOf(SlaClock),
      waitedSeconds: notNegative,
      escalationLevel: from(0, 3),
      escalationReason: words,
    },
    initial: { priority: 'NORMAL', slaClock: 'ELAPSED', waitedSeconds: '0', escalationLevel: '0' },
    virtual: {
      closedAt: {
        type: 'timestamp',
        says: 'When it was closed; stands for resolvedAt where an export has no time of the resolution.',
      },
      slaKept: {
        type: 'boolean',
        says: 'Whether its service level agreement was kept, where an export says that and no due times.',
      },
    },
    sets: {
      closedAt: ['resolvedAt'],
      status: ['resolvedAt'],
      slaKept: ['firstResponseDueAt', 'resolutionDueAt'],
    },
    fills: { firstResponseDueAt: 'once', resolutionDueAt: 'once' },
    gives: { to: 'assigneeId', isOpen: (of) => `${of('status')} IN ('OPEN', 'AWAITING_CUSTOMER')` },
    complete: completeCase,
  },
  'service.CaseMessage': {
    subgraph: service,
    entity: CaseMessage,
    rules: { author: oneOf(MessageAuthor), body: words },
    complete(row) {
      if (row.get('author') === 'CUSTOMER' && row.get('employeeId') !== null) {
        row.refuse('employeeId', 'is there, and the author is the CUSTOMER');
      }
    },
  },
  'service.CaseStatusChange': {
    subgraph: service,
    entity: CaseStatusChange,
    rules: { fromStatus: oneOf(CaseStatus), toStatus: oneOf(CaseStatus), note: words },
    appendOnly: ['toStatus', 'changedAt'],
  },
  'service.Promise': {
    subgraph: service,
    entity: ServicePromise,
    rules: { what: atMost(200), kind: oneOf(PromiseKind) },
    initial: { kind: 'COMMITMENT' },
    sets: { validUntil: ['dueAt'] },
    gives: {
      to: 'employeeId',
      isOpen: (of) => `${of('keptAt')} IS NULL AND (${of('validUntil')} IS NULL OR ${of('validUntil')} >= now())`,
    },
    complete(row) {
      const kind = row.get('kind') ?? '';
      if (kind === 'WARRANTY') {
        needed(row, 'validUntil', 'a WARRANTY');
        row.set('dueAt', row.get('validUntil'));
      } else {
        if (row.get('validUntil') !== null) row.refuse('validUntil', `does not go with a ${kind}`);
        needed(row, 'dueAt', `a ${kind}`);
      }
    },
  },
  'service.Goodwill': {
    subgraph: service,
    entity: Goodwill,
    rules: { amountValue: positive, amountCurrency: currency, reason: words, authorityLimit: notNegative },
    money: { amount: { amount: 'amountValue', currency: 'amountCurrency' } },
    appendOnly: ['amountValue', 'amountCurrency', 'grantedAt'],
  },
};
