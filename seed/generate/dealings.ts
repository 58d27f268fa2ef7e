import { Account } from '../../subgraphs/sales/entities/Account.js';
import { Activity } from '../../subgraphs/sales/entities/Activity.js';
import { ActivityDocument } from '../../subgraphs/sales/entities/ActivityDocument.js';
import { CategorySpend } from '../../subgraphs/sales/entities/CategorySpend.js';
import { HandoverItem } from '../../subgraphs/sales/entities/HandoverItem.js';
import { Lead } from '../../subgraphs/sales/entities/Lead.js';
import { Opportunity } from '../../subgraphs/sales/entities/Opportunity.js';
import { StageChange } from '../../subgraphs/sales/entities/StageChange.js';
import { officeMoment } from './calendar.js';
import { addJourney, happens, idOf, oneOf, touch, type Life } from './Life.js';
import { productAt, productNumbers } from './products.js';
import { tellOrder, withOrder, type Purchases, type ToldOrder } from './purchases.js';
import { employeeId, handoverOf, managerAt, wasHandedOver } from './staff.js';
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

/** Why it was lost, and to whom. */
const LOSSES = [
  ['Price', 'OfficeWorld'],
  ['Price', 'VeloExpress'],
  ['Bought from a competitor', 'Bohne & Co'],
  ['No budget this year', null],
  ['No decision', null],
] as const;

interface Talk {
  readonly kind: 'CALL' | 'EMAIL' | 'MEETING' | 'PRESENTATION';
  readonly channel: 'PHONE' | 'EMAIL' | 'FACE_TO_FACE';
  readonly subject: string;
  readonly notes: readonly string[];
  readonly outcome: string;
  /** Name and end of the address of what was handed over; null when nothing was. */
  readonly document: readonly [string, string] | null;
}

/** What is talked about at each stage, in order. */
const TALKS: readonly Talk[] = [
  {
    kind: 'CALL',
    channel: 'PHONE',
    subject: 'Needs and budget',
    notes: [
      'Talked through what they need and who decides.',
      'They move to a new building in autumn and want to have it settled before.',
      'Had a bad time with their supplier; wants one contact, not five.',
    ],
    outcome: 'Worth going on.',
    document: null,
  },
  {
    kind: 'MEETING',
    channel: 'FACE_TO_FACE',
    subject: 'Visit on site',
    notes: [
      'Saw the rooms, measured, met the head of purchasing.',
      'The kitchen has no water where the machine should stand; they will ask the landlord.',
      'Walked through all three floors; the second one is urgent.',
    ],
    outcome: 'They want to see an offer.',
    document: ['Plan of the rooms', 'plan.pdf'],
  },
  {
    kind: 'PRESENTATION',
    channel: 'FACE_TO_FACE',
    subject: 'Product presentation',
    notes: [
      'Showed three variants; the middle one fits best.',
      'Everybody tried it; the works council was there too.',
      'They liked the warranty more than the product.',
    ],
    outcome: 'Offer wanted for the middle variant.',
    document: ['Presentation', 'presentation.pdf'],
  },
  {
    kind: 'EMAIL',
    channel: 'EMAIL',
    subject: 'Offer sent',
    notes: [
      'Sent the offer with the delivery times they asked for.',
      'Offer with ten percent from ten pieces on, valid for thirty days.',
    ],
    outcome: 'They decide within the month.',
    document: ['Offer', 'offer.pdf'],
  },
];

const NEXT_STEPS = [
  'Send the revised offer',
  'Call back about the decision',
  'Arrange a trial for two weeks',
  'Clarify terms of payment',
  'Ask the workshop for a date',
] as const;

interface Step {
  readonly stage: Stage;
  readonly at: Date;
}

/** The stages that a deal has come through until now. */
function historyOf(life: Life, openedAt: Date, lostTrustAt: Date | null): Step[] {
  const { faker, world } = life;
  const wanted = faker.number.int({ min: 1, max: STAGES.length - 1 });
  const losesAt = happens(life, 0.35) ? wanted : null;
  const history: Step[] = [];
  let at = openedAt;
  for (const [position, stage] of STAGES.slice(0, wanted + 1).entries()) {
    if (at > world.now) break;
    if (position > 0 && lostTrustAt !== null && at > lostTrustAt) return [...history, { stage: 'LOST', at }];
    history.push({ stage: position === losesAt ? 'LOST' : stage, at });
    at = officeMoment(life, daysAfter(at, faker.number.float({ min: 3, max: 25 })));
  }
  return history;
}

function lossOf(life: Life, last: Step, lostTrustAt: Date | null) {
  if (last.stage !== 'LOST') return { lostReason: null, competitor: null };
  if (lostTrustAt !== null && last.at > lostTrustAt) {
    return { lostReason: 'Turned away after a complaint', competitor: null };
  }
  const [lostReason, competitor] = oneOf(life, LOSSES);
  return { lostReason, competitor };
}

/** A deal: the stages it went through, the talks about it, what is to be done next, and the order when it was won. */
function addDeal(life: Life, number: number, lostTrustAt: Date | null): ToldOrder | null {
  const { world, rows, faker, manager } = life;
  const id = idOf(life, 'opportunity', number);
  const age = Math.min(700, daysBetween(life.since, world.now));
  const openedAt = officeMoment(life, world.daysAgo(faker.number.float({ max: age })));
  if (openedAt > world.now || (lostTrustAt !== null && openedAt > lostTrustAt)) return null;
  const history = historyOf(life, openedAt, lostTrustAt);
  const last = history.at(-1) ?? { stage: 'PROSPECTING', at: openedAt };
  const closed = last.stage === 'WON' || last.stage === 'LOST';
  const product = oneOf(life, productNumbers(life.interest));
  const { name, cents } = productAt(product);
  const quantity = faker.number.int({ min: 2, max: life.isOrganization ? 24 : 4 });
  rows.add(Opportunity, {
    id,
    customerId: life.id,
    name: `${quantity} x ${name}`,
    stage: last.stage,
    amountValue: ((cents * quantity) / 100).toFixed(2),
    currency: life.country.currency,
    probability: PROBABILITIES[last.stage],
    expectedCloseOn: world.day(daysAfter(openedAt, 75)),
    ownerId: employeeId(world, manager),
    productId: world.id('product', product),
    openedAt,
    closedAt: closed ? last.at : null,
    ...lossOf(life, last, lostTrustAt),
    createdAt: openedAt,
    updatedAt: last.at,
    version: history.length,
  });
  history.forEach((step, position) => {
    rows.add(StageChange, { opportunityId: id, position, ...step, employeeId: managerAt(world, manager, step.at) });
  });
  const journeyId = idOf(life, 'deal', number);
  addTalks(life, { id, number, journeyId }, history, !closed);
  if (life.touched.has(journeyId)) {
    addJourney(life, { id: journeyId, subject: `Offer for ${quantity} x ${name}`, openedAt, open: !closed });
  }
  if (number === 0) addConvertedLead(life, id, openedAt);
  if (last.stage !== 'WON') return null;
  return tellOrder(life, { key: `D${number + 1}`, placedAt: last.at, wanted: [{ product, quantity }] });
}

/** What talks are about. */
interface Deal {
  readonly id: string;
  readonly number: number;
  readonly journeyId: string;
}

function addTalks(
  life: Life,
  { id: opportunityId, number, journeyId }: Deal,
  history: readonly Step[],
  open: boolean,
): void {
  const { world, rows, faker, manager } = life;
  for (const [position, { at: moment }] of history.slice(0, TALKS.length).entries()) {
    const occurredAt = officeMoment(life, daysAfter(moment, faker.number.float({ min: 0.1, max: 1.5 })));
    const talk = TALKS[position];
    if (talk === undefined || occurredAt > world.now) break;
    const id = idOf(life, 'activity', opportunityId, position);
    const isLast = position === Math.min(history.length, TALKS.length) - 1;
    const hasNext = open && isLast;
    const notes = talk.notes[(life.index + number + position) % talk.notes.length] ?? '';
    const doneBy = managerAt(world, manager, occurredAt);
    rows.add(Activity, {
      id,
      kind: talk.kind,
      customerId: life.id,
      opportunityId,
      employeeId: doneBy,
      subject: talk.subject,
      notes,
      outcome: open && isLast ? null : talk.outcome,
      occurredAt,
      nextStepDescription: hasNext ? oneOf(life, NEXT_STEPS) : null,
      nextStepDueAt: hasNext
        ? officeMoment(life, daysAfter(world.now, faker.number.float({ min: -10, max: 20 })))
        : null,
      nextStepDoneAt: null,
      nextStepOwnerId: hasNext ? employeeId(world, manager) : null,
      createdAt: occurredAt,
      updatedAt: occurredAt,
      version: 1,
    });
    if (talk.document !== null) {
      const [name, file] = talk.document;
      const url = `https://files.customer360.example/deals/${opportunityId}/${file}`;
      rows.add(ActivityDocument, { activityId: id, position: 0, name, url, mimeType: 'application/pdf' });
    }
    touch(life, {
      occurredAt,
      channel: talk.channel,
      direction: 'OUTBOUND',
      kind: 'ACTIVITY',
      department: 'SALES',
      summary: `${talk.subject}: ${notes}`,
      employeeId: doneBy,
      sourceType: 'Activity',
      sourceId: id,
      journeyId,
      threadKey: `Opportunity:${opportunityId}`,
    });
  }
}

const INTERESTS = {
  Coffee: 'A trial of the espresso machine',
  Office: 'An offer for ten desks',
  Mobility: 'Bicycles for the staff',
  Service: 'Maintenance for all machines',
} as const;

const NEEDS = [
  'Moves to new rooms',
  'The old ones break down',
  'Wants to keep its people',
  'Grows by ten heads',
] as const;
const SOURCES = ['WEB', 'WEB', 'REFERRAL', 'EVENT', 'CAMPAIGN', 'PARTNER'] as const;

/** The first deal of an organization mostly began as a lead. */
function addConvertedLead(life: Life, opportunityId: string, convertedAt: Date): void {
  if (!life.isOrganization || !happens(life, 0.6)) return;
  const captured = daysAfter(convertedAt, -life.faker.number.float({ min: 1, max: 30 }));
  const capturedAt = captured < life.since ? life.since : captured;
  addLeadRow(life, {
    status: 'CONVERTED',
    opportunityId,
    capturedAt,
    convertedAt,
    updatedAt: convertedAt,
    authority: oneOf(life, ['DECIDES', 'INFLUENCES']),
    budget: life.faker.number.int({ min: 2, max: 40 }) * 500,
    need: oneOf(life, NEEDS),
    timing: daysAfter(convertedAt, 60),
  });
}

/** Somebody who showed an interest and has not bought. */
function addLead(life: Life): void {
  const capturedAt = life.since;
  const age = daysBetween(capturedAt, life.world.now);
  const status = age > 240 ? 'DISQUALIFIED' : age > 60 ? 'QUALIFIED' : age > 7 ? 'WORKING' : 'NEW';
  const known = status === 'QUALIFIED';
  addLeadRow(life, {
    status,
    opportunityId: null,
    capturedAt,
    convertedAt: null,
    updatedAt: capturedAt,
    disqualifiedReason: status === 'DISQUALIFIED' ? oneOf(life, ['Does not answer', 'Too far away', 'No need']) : null,
    authority: known ? oneOf(life, ['DECIDES', 'INFLUENCES']) : null,
    budget: known ? life.faker.number.int({ min: 1, max: 20 }) * 250 : null,
    need: known || status === 'WORKING' ? oneOf(life, NEEDS) : null,
    timing: known ? daysAfter(capturedAt, 120) : null,
  });
}

type LeadStory = Pick<
  Lead,
  'status' | 'opportunityId' | 'capturedAt' | 'convertedAt' | 'updatedAt' | 'authority' | 'need'
> & {
  readonly disqualifiedReason?: string | null;
  readonly budget: number | null;
  readonly timing: Date | null;
};

function addLeadRow(life: Life, { budget, timing, ...story }: LeadStory): void {
  life.rows.add(Lead, {
    id: idOf(life, 'lead'),
    customerId: life.id,
    name: life.displayName,
    company: life.isOrganization ? life.displayName : null,
    source: oneOf(life, SOURCES),
    interest: INTERESTS[life.interest],
    ownerId: employeeId(life.world, life.manager),
    budgetAmount: budget === null ? null : `${budget}.00`,
    budgetCurrency: budget === null ? null : life.country.currency,
    timing: timing === null ? null : life.world.day(timing),
    createdAt: story.capturedAt,
    version: story.status === 'NEW' ? 1 : 2,
    ...story,
    disqualifiedReason: story.disqualifiedReason ?? null,
  });
}

/** What a customer spends in our categories in all, ours included, as the account manager has heard it. */
function addCategorySpend(life: Life, revenue: number): void {
  const { world, rows, faker } = life;
  if (revenue === 0) return;
  const thisYear = world.present.getUTCFullYear();
  for (const year of [thisYear - 1, thisYear]) {
    rows.add(CategorySpend, {
      customerId: life.id,
      year,
      currency: life.country.currency,
      amountValue: ((revenue * faker.number.int({ min: 110, max: 400 })) / 10_000).toFixed(2),
      source: 'account talk',
      employeeId: employeeId(world, life.manager),
      createdAt: life.since,
      updatedAt: life.since,
      version: 1,
    });
  }
}

function addAccount(life: Life): void {
  const { world, rows, manager, since } = life;
  const handedOver = wasHandedOver(world, manager, since);
  const { id: handoverId, at } = handoverOf(world);
  rows.add(Account, {
    customerId: life.id,
    ownerId: employeeId(world, manager),
    since: handedOver ? at : since,
    version: handedOver ? 2 : 1,
  });
  if (!handedOver) return;
  rows.add(HandoverItem, {
    handoverId,
    itemId: life.id,
    kind: 'ACCOUNT',
    amountValue: null,
    currency: null,
    dueAt: null,
  });
}

/**
 * Adds the deals with a customer, and who looks after them.
 * @returns the purchases with those that came from deals
 */
export function addDealings(life: Life, purchases: Purchases): Purchases {
  const { faker } = life;
  const deals = life.isOrganization ? faker.number.int({ min: 1, max: 4 }) : Number(happens(life, 0.06));
  if (deals > 0) addAccount(life);
  let all = purchases;
  for (let number = 0; number < deals; number += 1) {
    const order = addDeal(life, number, all.lostTrustAt);
    if (order !== null) all = withOrder(all, order);
  }
  if (deals === 0 && purchases.placedAt.length === 0 && happens(life, 0.4)) addLead(life);
  if (life.isOrganization) addCategorySpend(life, all.revenue);
  return all;
}
