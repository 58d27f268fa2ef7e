import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { actingEmployee } from '../kit/guard/actingEmployee.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Opportunity } from './entities/Opportunity.js';
import { MAX_STAGE_CHANGES, StageChange } from './entities/StageChange.js';
import { lockRow } from './lockRow.js';
import { DEFAULT_PROBABILITY, isOpen, nextStages, type OpportunityStage } from './opportunityStages.js';
import { reportOpportunity } from './reports.js';

/** Where an opportunity goes, and why. */
export interface Move {
  readonly stage: OpportunityStage;
  /** Needed for LOST, refused for any other stage. */
  readonly lostReason: string | null;
  /** Null keeps the one that is there. */
  readonly competitor: string | null;
  /** Who moves it; null for the caller. */
  readonly employeeId: string | null;
}

function checkReason({ stage, lostReason }: Move): void {
  if (stage === 'LOST' && lostReason === null) {
    throw badUserInput('lostReason: say why it was lost', 'lostReason');
  }
  if (stage !== 'LOST' && lostReason !== null) {
    throw badUserInput(`lostReason: only a lost opportunity has one, and this one goes to ${stage}`, 'lostReason');
  }
}

/**
 * Moves an opportunity to another stage and writes that into its history. Its probability becomes the usual one of the
 * stage; WON and LOST close it.
 * @param expectedVersion the version that the caller has seen; null to move whatever is there
 * @throws BAD_USER_INPUT for an unknown opportunity, an employee who is unknown or left, a stage that cannot follow (`extensions.allowed` lists
 *   those that can), or a reason that is missing or out of place; CONFLICT when the version is stale
 */
export async function moveOpportunity(
  context: RequestContext,
  id: string,
  move: Move,
  expectedVersion: number | null,
  once: Idempotency,
): Promise<Opportunity> {
  const { stage } = move;
  return context.write(async (manager, outbox) => {
    const employeeId = await actingEmployee(context, manager, move.employeeId, 'employeeId');
    const opportunity = await lockRow(manager, Opportunity, { argument: 'id', id, expectedVersion });
    const allowed = nextStages(opportunity.stage);
    if (!allowed.includes(stage)) {
      const reason = isOpen(opportunity.stage) ? 'it is there already' : `it is ${opportunity.stage}, which is final`;
      throw badUserInput(`stage: the opportunity cannot go to ${stage}: ${reason}`, 'stage', { allowed });
    }
    checkReason(move);

    const position = await manager.countBy(StageChange, { opportunityId: opportunity.id });
    // The last place is kept for the close: an opportunity can always be won or lost.
    if (position >= MAX_STAGE_CHANGES - (isOpen(stage) ? 1 : 0)) {
      throw badUserInput(`stage: an opportunity changes its stage at most ${MAX_STAGE_CHANGES} times`, 'stage', {
        allowed: allowed.filter((next) => !isOpen(next)),
      });
    }
    const now = new Date();
    await manager.insert(StageChange, {
      opportunityId: opportunity.id,
      position,
      stage,
      at: now,
      employeeId,
    });
    Object.assign(opportunity, {
      stage,
      probability: DEFAULT_PROBABILITY[stage],
      lostReason: move.lostReason,
      competitor: move.competitor ?? opportunity.competitor,
      closedAt: isOpen(stage) ? null : now,
      updatedAt: now,
      version: opportunity.version + 1,
    });
    reportOpportunity(outbox, opportunity, now, employeeId);
    return manager.save(opportunity);
  }, once);
}
