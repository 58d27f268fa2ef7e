import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Activity } from './entities/Activity.js';
import { lockRow } from './lockRow.js';

/**
 * Notes that the next step of an activity was taken.
 * @param doneAt when; null for now
 * @param expectedVersion the version that the caller has seen; null to change whatever is there
 * @throws BAD_USER_INPUT for an unknown activity, one without a next step or whose next step is done already (`extensions.allowed`
 *   is empty: nothing follows), or a time before the activity itself; CONFLICT when the version is stale
 */
export async function completeNextStep(
  context: RequestContext,
  activityId: string,
  doneAt: Date | null,
  expectedVersion: number | null,
  once: Idempotency,
): Promise<Activity> {
  return context.write(async (manager) => {
    const activity = await lockRow(manager, Activity, { argument: 'activityId', id: activityId, expectedVersion });
    if (activity.nextStepDueAt === null || activity.nextStepDoneAt !== null) {
      const reason = activity.nextStepDueAt === null ? 'it has no next step' : 'its next step is done already';
      throw badUserInput(`activityId: ${reason}`, 'activityId', { allowed: [] });
    }
    const now = new Date();
    if (doneAt !== null && doneAt < activity.occurredAt) {
      throw badUserInput('doneAt must not be before the activity itself', 'doneAt');
    }
    Object.assign(activity, { nextStepDoneAt: doneAt ?? now, updatedAt: now, version: activity.version + 1 });
    return manager.save(activity);
  }, once);
}
