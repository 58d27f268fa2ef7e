import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { IdempotencyKey } from '../../kit/graph/IdempotencyKey.js';
import { parseInput, text } from '../../kit/graph/parseInput.js';
import { pastMoment } from '../../kit/graph/pastMoment.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { LogActivityInput, logActivityInput } from '../activityInput.js';
import { assignAccount } from '../assignAccount.js';
import { captureLead } from '../captureLead.js';
import { completeNextStep } from '../completeNextStep.js';
import { convertLead } from '../convertLead.js';
import { Account } from '../entities/Account.js';
import { Activity } from '../entities/Activity.js';
import { CategorySpend } from '../entities/CategorySpend.js';
import { Handover } from '../entities/Handover.js';
import { Lead } from '../entities/Lead.js';
import { Opportunity } from '../entities/Opportunity.js';
import { Order, OrderStatus } from '../entities/Order.js';
import { ExpectedVersion } from '../ExpectedVersion.js';
import {
  CaptureLeadInput,
  captureLeadInput,
  ConvertLeadInput,
  convertLeadInput,
  QualifyLeadInput,
  qualifyLeadInput,
} from '../leadInput.js';
import { logActivity } from '../logActivity.js';
import { moveOpportunity } from '../moveOpportunity.js';
import { moveOrder } from '../moveOrder.js';
import { openOpportunity } from '../openOpportunity.js';
import { competitorName, lostReasonText, OpenOpportunityInput, openOpportunityInput } from '../opportunityInput.js';
import { OpportunityStage } from '../opportunityStages.js';
import { PlaceOrderInput, placeOrderInput } from '../orderInput.js';
import { placeOrder } from '../placeOrder.js';
import { qualifyLead } from '../qualifyLead.js';
import { reassignPortfolio } from '../reassignPortfolio.js';
import { setCategorySpend, SetCategorySpendInput, setCategorySpendInput } from '../setCategorySpend.js';

type Version = number | null | undefined;
type Key = string | null | undefined;

@Resolver()
export class MutationResolver {
  @Mutation(() => Lead, { description: 'Records somebody who may be interested. The lead begins as NEW.' })
  captureLead(
    @Arg('input', () => CaptureLeadInput, { description: 'What is known of them.' }) input: CaptureLeadInput,
    @IdempotencyKey() key: Key,
    @Ctx() context: RequestContext,
  ): Promise<Lead> {
    const once = { key, mutation: 'captureLead', input };
    return captureLead(context, parseInput(captureLeadInput, input, 'input'), once);
  }

  @Mutation(() => Lead, {
    description:
      'Writes down what was found out about a lead, and what comes of it: WORKING, QUALIFIED or DISQUALIFIED. A lead that is DISQUALIFIED can only be worked on again; one that is CONVERTED is final.',
  })
  qualifyLead(
    @Arg('id', () => ID, { description: 'Which.' }) id: string,
    @Arg('input', () => QualifyLeadInput, { description: 'What was found out.' }) input: QualifyLeadInput,
    @ExpectedVersion() expectedVersion: Version,
    @IdempotencyKey() key: Key,
    @Ctx() context: RequestContext,
  ): Promise<Lead> {
    const once = { key, mutation: 'qualifyLead', input: { id, input, expectedVersion } };
    return qualifyLead(context, id, parseInput(qualifyLeadInput, input, 'input'), expectedVersion ?? null, once);
  }

  @Mutation(() => Lead, {
    description:
      'Makes a QUALIFIED lead an opportunity of a customer; see `opportunity` of the lead. Its owner pursues the opportunity and, when nobody looks after the customer yet, does so from now on.',
  })
  convertLead(
    @Arg('id', () => ID, { description: 'Which.' }) id: string,
    @Arg('input', () => ConvertLeadInput, { description: 'Of whom, and what the opportunity is about.' })
    input: ConvertLeadInput,
    @ExpectedVersion() expectedVersion: Version,
    @IdempotencyKey() key: Key,
    @Ctx() context: RequestContext,
  ): Promise<Lead> {
    const once = { key, mutation: 'convertLead', input: { id, input, expectedVersion } };
    return convertLead(context, id, parseInput(convertLeadInput, input, 'input'), expectedVersion ?? null, once);
  }

  @Mutation(() => Opportunity, { description: 'Records a sale that may come about.' })
  openOpportunity(
    @Arg('input', () => OpenOpportunityInput, { description: 'What is known of it.' }) input: OpenOpportunityInput,
    @IdempotencyKey() key: Key,
    @Ctx() context: RequestContext,
  ): Promise<Opportunity> {
    const once = { key, mutation: 'openOpportunity', input };
    return openOpportunity(context, parseInput(openOpportunityInput, input, 'input'), once);
  }

  @Mutation(() => Opportunity, {
    description:
      'Moves an opportunity to another stage. An open one can go to every other stage, forwards or back; WON and LOST are final. Its probability becomes the usual one of the stage, and its stageHistory grows by one.',
  })
  moveOpportunity(
    @Arg('id', () => ID, { description: 'Which.' }) id: string,
    @Arg('stage', () => OpportunityStage, { description: 'Where to.' }) stage: OpportunityStage,
    @Arg('lostReason', () => String, {
      nullable: true,
      description: 'Why it was lost, at most 1,000 characters. Needed for LOST, refused otherwise.',
    })
    lostReason: string | null | undefined,
    @Arg('competitor', () => String, {
      nullable: true,
      description: 'Who else is, or was, after it, at most 200 characters. Left out: as it was.',
    })
    competitor: string | null | undefined,
    @Arg('employeeId', () => ID, {
      nullable: true,
      description:
        'Who moves it, for the history: you by default, where you sign in as an employee. Another needs the scope `staff:act`.',
    })
    employeeId: string | null | undefined,
    @ExpectedVersion() expectedVersion: Version,
    @IdempotencyKey() key: Key,
    @Ctx() context: RequestContext,
  ): Promise<Opportunity> {
    const input = { id, stage, lostReason, competitor, employeeId, expectedVersion };
    const move = {
      stage,
      lostReason: parseInput(lostReasonText, lostReason, 'lostReason') ?? null,
      competitor: parseInput(competitorName, competitor, 'competitor') ?? null,
      employeeId: employeeId ?? null,
    };
    const once = { key, mutation: 'moveOpportunity', input };
    return moveOpportunity(context, id, move, expectedVersion ?? null, once);
  }

  @Mutation(() => Activity, { description: 'Records what a salesperson did, and what follows from it.' })
  logActivity(
    @Arg('input', () => LogActivityInput, { description: 'What was done.' }) input: LogActivityInput,
    @IdempotencyKey() key: Key,
    @Ctx() context: RequestContext,
  ): Promise<Activity> {
    const once = { key, mutation: 'logActivity', input };
    return logActivity(context, parseInput(logActivityInput, input, 'input'), once);
  }

  @Mutation(() => Activity, {
    description: 'Notes that the next step of an activity was taken. A step that is done stays done.',
  })
  completeNextStep(
    @Arg('activityId', () => ID, { description: 'The activity from which the step follows.' }) activityId: string,
    @Arg('doneAt', () => DateTime, {
      nullable: true,
      description: 'When; now when left out. Not in the future, and not before the activity itself.',
    })
    doneAt: Date | null | undefined,
    @ExpectedVersion() expectedVersion: Version,
    @IdempotencyKey() key: Key,
    @Ctx() context: RequestContext,
  ): Promise<Activity> {
    const once = { key, mutation: 'completeNextStep', input: { activityId, doneAt, expectedVersion } };
    const moment = parseInput(pastMoment.nullish(), doneAt, 'doneAt') ?? null;
    return completeNextStep(context, activityId, moment, expectedVersion ?? null, once);
  }

  @Mutation(() => Order, {
    description:
      'Records what a customer buys, under a number of its own, with its exact total. The order begins as PLACED.',
  })
  placeOrder(
    @Arg('input', () => PlaceOrderInput, { description: 'What is bought.' }) input: PlaceOrderInput,
    @IdempotencyKey() key: Key,
    @Ctx() context: RequestContext,
  ): Promise<Order> {
    const once = { key, mutation: 'placeOrder', input };
    return placeOrder(context, parseInput(placeOrderInput, input, 'input'), once);
  }

  @Mutation(() => Order, {
    description:
      'Moves an order on: PLACED, CONFIRMED, SHIPPED, DELIVERED, over steps that do not apply, never back. It can be CANCELLED until it is DELIVERED; both are final.',
  })
  moveOrder(
    @Arg('id', () => ID, { description: 'Which.' }) id: string,
    @Arg('status', () => OrderStatus, { description: 'Where to.' }) status: OrderStatus,
    @ExpectedVersion() expectedVersion: Version,
    @IdempotencyKey() key: Key,
    @Ctx() context: RequestContext,
  ): Promise<Order> {
    const once = { key, mutation: 'moveOrder', input: { id, status, expectedVersion } };
    return moveOrder(context, id, status, expectedVersion ?? null, once);
  }

  @Mutation(() => CategorySpend, {
    description:
      'Enters what a customer spends in a year on what we sell, with us and with all others, in one currency; what was there is replaced. With expectedVersion 0 only when there was nothing.',
  })
  setCategorySpend(
    @Arg('input', () => SetCategorySpendInput, { description: 'Who, when and how much.' })
    input: SetCategorySpendInput,
    @ExpectedVersion() expectedVersion: Version,
    @IdempotencyKey() key: Key,
    @Ctx() context: RequestContext,
  ): Promise<CategorySpend> {
    const once = { key, mutation: 'setCategorySpend', input: { input, expectedVersion } };
    const checked = parseInput(setCategorySpendInput, input, 'input');
    return setCategorySpend(context, checked, expectedVersion ?? null, once);
  }

  @Mutation(() => Account, {
    description:
      'Makes an employee the one who looks after a customer. With expectedVersion 0 only when nobody did so far.',
  })
  assignAccount(
    @Arg('customerId', () => ID, { description: 'Whom.' }) customerId: string,
    @Arg('ownerId', () => ID, { description: 'The employee who looks after them from now on.' }) ownerId: string,
    @ExpectedVersion() expectedVersion: Version,
    @IdempotencyKey() key: Key,
    @Ctx() context: RequestContext,
  ): Promise<Account> {
    const once = { key, mutation: 'assignAccount', input: { customerId, ownerId, expectedVersion } };
    return assignAccount(context, { customerId, ownerId }, expectedVersion ?? null, once);
  }

  @RequiresScopes(SCOPES.manageStaff)
  @Mutation(() => Handover, {
    description:
      'Gives all that an employee has to look after to another, at once: accounts, open opportunities, open next steps and open leads. What is closed stays theirs. The answer says what it was.',
  })
  reassignPortfolio(
    @Arg('from', () => ID, { description: 'The employee who gives it up.' }) from: string,
    @Arg('to', () => ID, { description: 'The employee who takes it over.' }) to: string,
    @Arg('note', () => String, {
      nullable: true,
      description: 'What the new one should know. At most 10,000 characters.',
    })
    note: string | null | undefined,
    @IdempotencyKey() key: Key,
    @Ctx() context: RequestContext,
  ): Promise<Handover> {
    const once = { key, mutation: 'reassignPortfolio', input: { from, to, note } };
    const checked = parseInput(text(10_000).nullish(), note, 'note') ?? null;
    return reassignPortfolio(context, { from, to, note: checked }, once);
  }
}
