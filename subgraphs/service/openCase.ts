import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { findExternal } from '../kit/ownership/findExternal.js';
import { requireActive } from '../kit/guard/requireActive.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import type { openCaseInput } from './caseInput.js';
import { Case } from './entities/Case.js';
import { CaseMessage } from './entities/CaseMessage.js';
import { CaseStatusChange } from './entities/CaseStatusChange.js';
import { reportCase } from './reports.js';
import { serviceSettings } from './serviceSettings.js';
import { slaDue } from './sla.js';

/**
 * Opens a case, with the customer's words as its first message when there are any; once for each `externalId`.
 * @throws BAD_USER_INPUT for an unknown customer or assignee, or an `externalId` under which something else is recorded
 */
export async function openCase(
  context: RequestContext,
  input: z.output<typeof openCaseInput>,
  once: Idempotency,
): Promise<Case> {
  const { customerId, body, assigneeId, openedAt: given, externalId, ...columns } = input;
  await context.references.require('Customer', { 'input.customerId': customerId }, context.requestId);
  const { calendar } = context.settings(serviceSettings);
  return context.write(async (manager, outbox) => {
    const said = { customerId, kind: columns.kind };
    const { id, there } = await findExternal(context.database, manager, Case, externalId, said);
    if (there) return there;
    await requireActive(manager, { 'input.assigneeId': assigneeId });
    const now = new Date();
    const openedAt = given ?? now;
    const opened = manager.create(Case, {
      ...columns,
      id,
      customerId,
      assigneeId: assigneeId ?? null,
      status: 'OPEN',
      openedAt,
      firstRespondedAt: null,
      resolvedAt: null,
      resolution: null,
      ...slaDue(columns.priority, openedAt, calendar),
      slaClock: 'BUSINESS_HOURS',
      waitingSince: null,
      waitedSeconds: '0',
      escalationLevel: 0,
      escalatedAt: null,
      escalationReason: null,
      source: null,
      sourceKey: null,
      createdAt: now,
      updatedAt: now,
      version: 1,
    });
    await manager.insert(Case, opened);
    const step = { id: uuid(), caseId: opened.id, fromStatus: null, toStatus: 'OPEN' as const, note: null };
    await manager.insert(CaseStatusChange, { ...step, changedAt: openedAt });
    if (body) {
      const message = { id: uuid(), caseId: opened.id, employeeId: null, body, sentAt: openedAt };
      await manager.insert(CaseMessage, { ...message, author: 'CUSTOMER' });
    }
    reportCase(outbox, opened);
    return opened;
  }, once);
}
