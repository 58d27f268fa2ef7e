import { v7 as uuid, validate as isUuid } from 'uuid';
import type { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import { recordAsOf } from '../kit/ownership/rowOwner.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { actingEmployee } from '../kit/guard/actingEmployee.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import type { logActivityInput } from './activityInput.js';
import { Activity } from './entities/Activity.js';
import { ActivityDocument } from './entities/ActivityDocument.js';
import { Opportunity } from './entities/Opportunity.js';
import { reportActivity } from './reports.js';

/**
 * Records what a salesperson did, and what follows from it.
 * @throws BAD_USER_INPUT for a customer, employee or opportunity that does not exist, or an opportunity of another customer
 */
export async function logActivity(
  context: RequestContext,
  input: z.output<typeof logActivityInput>,
  once: Idempotency,
): Promise<Activity> {
  const { opportunityId, nextStep } = input;
  const customerId = input.customerId.toLowerCase();
  await context.references.require('Customer', { 'input.customerId': input.customerId }, context.requestId);

  return context.write(async (manager, outbox) => {
    const employeeId = await actingEmployee(context, manager, input.employeeId, 'input.employeeId');
    if (typeof opportunityId === 'string') {
      const opportunity = isUuid(opportunityId) ? await manager.findOneBy(Opportunity, { id: opportunityId }) : null;
      if (opportunity === null) {
        throw badUserInput(`input.opportunityId: there is no Opportunity ${opportunityId}`, 'input.opportunityId');
      }
      if (!(await recordAsOf(manager, Opportunity, opportunity.id, customerId))) {
        throw badUserInput('input.opportunityId: the opportunity is of another customer', 'input.opportunityId');
      }
    }
    const now = new Date();
    const activity = await manager.save(
      Object.assign(new Activity(), {
        id: uuid(),
        kind: input.kind,
        customerId,
        opportunityId: opportunityId?.toLowerCase() ?? null,
        employeeId,
        subject: input.subject,
        notes: input.notes ?? null,
        outcome: input.outcome ?? null,
        occurredAt: input.occurredAt,
        nextStepDescription: nextStep?.description ?? null,
        nextStepDueAt: nextStep?.dueAt ?? null,
        nextStepDoneAt: null,
        nextStepOwnerId: null,
        nextStepReleased: false,
        createdAt: now,
        updatedAt: now,
        version: 1,
      }),
    );
    const documents = input.documents.map((document, position) => ({
      ...document,
      mimeType: document.mimeType ?? null,
      activityId: activity.id,
      position,
    }));
    if (documents.length > 0) await manager.insert(ActivityDocument, documents);
    reportActivity(outbox, activity);
    return activity;
  }, once);
}
