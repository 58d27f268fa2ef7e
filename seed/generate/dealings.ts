import { Account } from '../../subgraphs/sales/entities/Account.js';
import { Activity } from '../../subgraphs/sales/entities/Activity.js';
import { CategorySpend } from '../../subgraphs/sales/entities/CategorySpend.js';
import { Lead } from '../../subgraphs/sales/entities/Lead.js';
import { Opportunity } from '../../subgraphs/sales/entities/Opportunity.js';
import { StageChange } from '../../subgraphs/sales/entities/StageChange.js';
import { PRODUCTS } from './catalogue.js';
import { happens, idOf, touch, type Life } from './Life.js';
import type { Purchases } from './purchases.js';
import { daysAfter, daysBetween } from './World.js';

const STAGES = ['PROSPECTING', 'QUALIFICATION', 'PROPOSAL', 'NEGOTIATION', 'COMMITTED', 'WON'] as const;
type Stage = (typeof STAGES)[number] | 'LOST';

/** Sales' own defaults, so that a seeded deal looks like one that somebody opened. */
const PROBABILITIES: Record<Stage, string> = {
  PROSPECTING: '0.1',
  QUALIFICATION: '0.25',
  PROPOSAL: '0.5',
  NEGOTIATION: '0.7',
  COMMITTED: '0.9',
  WON: '1',
  LOST: '0',
};

const LOST_REASONS = ['Price', 'Bought from a competitor', 'No budget this year', 'No decision'] as const;
const COMPETITORS = ['Bohne & Co', 'OfficeWorld', 'VeloExpress'] as const;

const TALKS = [
  ['CALL', 'PHONE', 'Needs and budget', 'Talked through what they need and who decides.'],
  ['MEETING', 'FACE_TO_FACE', 'Visit on site', 'Saw the rooms, measured, met the head of purchasing.'],
  ['PRESENTATION', 'FACE_TO_FACE', 'Product presentation', 'Showed three variants; the middle one fits best.'],
  ['EMAIL', 'EMAIL', 'Offer sent', 'Sent the offer with the delivery times they asked for.'],
] as const;

const NEXT_STEPS = [
  'Send the revised offer',
  'Call back about the decision',
  'Arrange a trial',
  'Clarify terms of payment',
] as const;

/** A deal: the stages it went through, the talks about it, and what is to be done next. */
function addDeal(life: Life, number: number): void {
  const { world, rows, faker, index } = life;
  const id = world.id('opportunity', index, number);
  const age = faker.number.float({ max: Math.max(1, Math.min(700, daysBetween(life.since, world.now))) });
  const openedAt = world.daysAgo(age);
  const paces = STAGES.map(() => faker.number.float({ min: 3, max: 25 }));
  const lastWanted = faker.number.int({ min: 1, max: STAGES.length - 1 });
  const losesAt = happens(life, 0.35) ? lastWanted : null;

  const history: { stage: Stage; at: Date }[] = [];
  let at = openedAt;
  for (const [position, stage] of STAGES.entries()) {
    if (position > lastWanted || at > world.now) break;
    history.push({ stage: position === losesAt ? 'LOST' : stage, at });
    at = daysAfter(at, paces[position] ?? 7);
  }
  const last = history.at(-1) ?? { stage: 'PROSPECTING', at: openedAt };
  const closed = last.stage === 'WON' || last.stage === 'LOST';
  const productIndex = faker.number.int({ max: PRODUCTS.length - 1 });
  const [product, , cents] = PRODUCTS[productIndex] ?? PRODUCTS[0];
  const quantity = faker.number.int({ min: 2, max: 40 });
  rows.add(Opportunity, {
    id,
    customerId: life.id,
    name: `${quantity} x ${product}`,
    stage: last.stage,
    amountValue: ((cents * quantity) / 100).toFixed(2),
    currency: life.country.currency,
    probability: PROBABILITIES[last.stage],
    expectedCloseOn: daysAfter(openedAt, 75).toISOString().slice(0, 10),
    ownerId: life.accountManager,
    productId: world.id('product', productIndex),
    openedAt,
    closedAt: closed ? last.at : null,
    lostReason: last.stage === 'LOST' ? faker.helpers.arrayElement(LOST_REASONS) : null,
    competitor: last.stage === 'LOST' ? faker.helpers.arrayElement([...COMPETITORS, null]) : null,
    createdAt: openedAt,
    updatedAt: last.at,
    version: 1,
  });
  history.forEach((change, position) => {
    rows.add(StageChange, { opportunityId: id, position, ...change, employeeId: life.accountManager });
  });
  addTalks(
    life,
    id,
    history.map((change) => change.at),
    !closed,
  );
}

function addTalks(life: Life, opportunityId: string, moments: readonly Date[], open: boolean): void {
  const { world, rows, faker } = life;
  for (const [position, moment] of moments.slice(0, TALKS.length).entries()) {
    const occurredAt = daysAfter(moment, 1);
    if (occurredAt > world.now) break;
    const [kind, channel, subject, notes] = TALKS[position] ?? TALKS[0];
    const id = idOf(life, 'activity', opportunityId, position);
    const isLast = position === Math.min(moments.length, TALKS.length) - 1;
    const hasNext = open && isLast;
    rows.add(Activity, {
      id,
      kind,
      customerId: life.id,
      opportunityId,
      employeeId: life.accountManager,
      subject,
      notes,
      outcome: null,
      occurredAt,
      nextStepDescription: hasNext ? faker.helpers.arrayElement(NEXT_STEPS) : null,
      nextStepDueAt: hasNext ? daysAfter(world.now, faker.number.float({ min: -10, max: 20 })) : null,
      nextStepDoneAt: null,
      createdAt: occurredAt,
      updatedAt: occurredAt,
      version: 1,
    });
    touch(life, {
      occurredAt,
      channel,
      direction: 'OUTBOUND',
      kind: 'ACTIVITY',
      department: 'SALES',
      summary: `${subject}: ${notes}`,
      employeeId: life.accountManager,
      sourceType: 'Activity',
      sourceId: id,
    });
  }
}

const INTERESTS = ['An offer for ten desks', 'A trial of the espresso machine', 'Bicycles for the staff'] as const;

/** Somebody who showed an interest and whom nobody has made a customer yet. */
function addLead(life: Life): void {
  const { world, rows, faker, displayName } = life;
  const capturedAt = life.since;
  rows.add(Lead, {
    id: world.id('lead', life.index),
    customerId: life.id,
    name: displayName,
    source: faker.helpers.arrayElement(['WEB', 'REFERRAL', 'EVENT', 'CAMPAIGN']),
    interest: faker.helpers.arrayElement(INTERESTS),
    status: faker.helpers.arrayElement(['NEW', 'WORKING']),
    ownerId: life.accountManager,
    capturedAt,
    createdAt: capturedAt,
    updatedAt: capturedAt,
    version: 1,
  });
}

/** What a customer spends in our categories in all, ours included, as the account manager has heard it. */
function addCategorySpend(life: Life, revenue: number): void {
  const { world, rows, faker } = life;
  if (revenue === 0) return;
  const thisYear = world.now.getUTCFullYear();
  for (const year of [thisYear - 1, thisYear]) {
    rows.add(CategorySpend, {
      customerId: life.id,
      year,
      currency: life.country.currency,
      amountValue: ((revenue * faker.number.int({ min: 110, max: 400 })) / 10_000).toFixed(2),
      source: 'account talk',
      employeeId: life.accountManager,
      createdAt: life.since,
      updatedAt: life.since,
      version: 1,
    });
  }
}

/** Adds the deals with a customer, and who looks after them. */
export function addDealings(life: Life, purchases: Purchases): void {
  const { rows, faker } = life;
  const deals = life.isOrganization ? faker.number.int({ min: 1, max: 4 }) : Number(happens(life, 0.1));
  if (life.isOrganization || deals > 0) {
    rows.add(Account, { customerId: life.id, ownerId: life.accountManager, since: life.since });
  }
  for (let number = 0; number < deals; number += 1) addDeal(life, number);
  if (purchases.orders === 0 && happens(life, 0.3)) addLead(life);
  if (life.isOrganization) addCategorySpend(life, purchases.revenue);
}
