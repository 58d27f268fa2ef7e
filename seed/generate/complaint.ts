import { Case } from '../../subgraphs/service/entities/Case.js';
import { CaseMessage } from '../../subgraphs/service/entities/CaseMessage.js';
import { Goodwill } from '../../subgraphs/service/entities/Goodwill.js';
import { ServicePromise } from '../../subgraphs/service/entities/ServicePromise.js';
import { slaDue } from '../../subgraphs/service/sla.js';
import { happens, idOf, touch, type Life } from './Life.js';
import { answerSurvey, review, type Purchase } from './opinions.js';
import { daysAfter } from './World.js';

/** How a complaint went. */
export interface Complaint {
  readonly open: boolean;
  /** The last thing that happened. */
  readonly endedAt: Date;
}

const ASKS = [
  'My order {number} was promised for last week and still has not arrived. Where is it?',
  'I waited at home the whole of Tuesday for {number}. Nobody came, nobody called.',
  'Tracking for {number} has not moved for five days. I need the {product} by Friday.',
  'Die Bestellung {number} ist überfällig. Bitte um Rückmeldung, wann geliefert wird.',
  'Toujours aucune nouvelle de ma commande {number}. Ce n’est pas sérieux.',
] as const;

const ANSWERS = [
  'I am sorry about that. The carrier lost the parcel in the depot; I have sent a new one by express today.',
  'You are right to be annoyed. It left our warehouse late; it will be with you tomorrow before noon.',
  'Thank you for your patience. I have found it and asked the carrier to call you before they come.',
] as const;

const BITTER = [
  'Late, and I had to ask three times.',
  'The product is fine, the delivery was not.',
  'Nobody told me anything until I complained.',
  'Second late delivery in a row. I am looking elsewhere.',
] as const;

const CHANNELS = ['EMAIL', 'PHONE', 'CHAT'] as const;

/** A late delivery becomes a case: asked, answered, made good, and remembered in the next survey. */
export function complain(life: Life, purchase: Purchase): Complaint | null {
  const { world, rows, faker } = life;
  const openedAt = daysAfter(purchase.deliveredAt, faker.number.float({ min: 1, max: 6 }));
  if (openedAt >= world.now) return null;
  const caseId = idOf(life, 'case', purchase.orderId);
  const channel = faker.helpers.arrayElement(CHANNELS);
  const priority = purchase.total > 100_000 ? 'HIGH' : 'NORMAL';
  const repliedAt = daysAfter(openedAt, faker.number.float({ min: 0.02, max: 1.3 }));
  const resolvedAt = daysAfter(repliedAt, faker.number.float({ min: 0.5, max: 5 }));
  const replied = repliedAt < world.now;
  const resolved = resolvedAt < world.now && happens(life, 0.92);
  const { firstResponseDueAt, resolutionDueAt } = slaDue(priority, openedAt);
  rows.add(Case, {
    id: caseId,
    customerId: life.id,
    subject: `Late delivery of ${purchase.number}`,
    kind: 'COMPLAINT',
    channel,
    priority,
    status: resolved ? 'RESOLVED' : replied ? 'AWAITING_CUSTOMER' : 'OPEN',
    assigneeId: replied ? life.serviceAgent : null,
    openedAt,
    firstRespondedAt: replied ? repliedAt : null,
    resolvedAt: resolved ? resolvedAt : null,
    resolution: resolved ? 'Delivered by express.' : null,
    firstResponseDueAt,
    resolutionDueAt,
    slaClock: 'BUSINESS_HOURS',
    waitingSince: replied && !resolved ? repliedAt : null,
    createdAt: openedAt,
    updatedAt: resolved ? resolvedAt : replied ? repliedAt : openedAt,
    version: 1,
  });
  const ask = faker.helpers
    .arrayElement(ASKS)
    .replace('{number}', purchase.number)
    .replace('{product}', purchase.product.toLowerCase());
  const ofCase = { caseId, channel, journeyId: purchase.journeyId };
  message(life, ofCase, 0, null, ask, openedAt);
  if (replied) message(life, ofCase, 1, life.serviceAgent, faker.helpers.arrayElement(ANSWERS), repliedAt);
  if (replied && happens(life, 0.5)) {
    const dueAt = daysAfter(repliedAt, 1);
    rows.add(ServicePromise, {
      id: idOf(life, 'promise', caseId),
      customerId: life.id,
      caseId,
      what: `Deliver ${purchase.number} by express`,
      dueAt,
      keptAt: resolved ? (resolvedAt < dueAt ? resolvedAt : dueAt) : null,
      createdAt: repliedAt,
      updatedAt: resolved ? resolvedAt : repliedAt,
      version: 1,
    });
  }
  if (!resolved) return { open: true, endedAt: replied ? repliedAt : openedAt };
  const goodwill = happens(life, 0.35) && purchase.total > 0;
  if (goodwill) {
    rows.add(Goodwill, {
      id: idOf(life, 'goodwill', caseId),
      customerId: life.id,
      caseId,
      amountValue: (Math.max(500, Math.round(purchase.total * 0.05)) / 100).toFixed(2),
      amountCurrency: life.country.currency,
      reason: 'Late delivery',
      employeeId: life.serviceAgent,
      grantedAt: resolvedAt,
    });
  }
  return { open: false, endedAt: remember(life, purchase, resolvedAt, goodwill) };
}

interface OfCase {
  readonly caseId: string;
  readonly channel: (typeof CHANNELS)[number];
  readonly journeyId: string;
}

function message(life: Life, of: OfCase, position: number, employeeId: string | null, body: string, at: Date): void {
  const id = idOf(life, 'message', of.caseId, position);
  const fromUs = employeeId !== null;
  life.rows.add(CaseMessage, {
    id,
    caseId: of.caseId,
    author: fromUs ? 'EMPLOYEE' : 'CUSTOMER',
    employeeId,
    body,
    sentAt: at,
  });
  touch(life, {
    occurredAt: at,
    channel: of.channel,
    direction: fromUs ? 'OUTBOUND' : 'INBOUND',
    kind: fromUs ? 'CASE' : 'COMPLAINT',
    department: 'SERVICE',
    summary: body,
    employeeId,
    sentiment: fromUs ? null : 'NEGATIVE',
    sourceType: 'CaseMessage',
    sourceId: id,
    journeyId: of.journeyId,
  });
}

/** What the customer says about it afterwards; returns when they said the last word. */
function remember(life: Life, purchase: Purchase, resolvedAt: Date, goodwill: boolean): Date {
  const { faker, world } = life;
  const at = daysAfter(resolvedAt, faker.number.float({ min: 1, max: 5 }));
  if (at >= world.now) return resolvedAt;
  if (happens(life, 0.5)) {
    const score = goodwill ? faker.number.int({ min: 5, max: 9 }) : faker.number.int({ min: 0, max: 6 });
    answerSurvey(life, purchase, 'nps', { score, verbatim: faker.helpers.arrayElement(BITTER), at });
  }
  if (happens(life, 0.4)) {
    const score = goodwill ? faker.number.int({ min: 4, max: 7 }) : faker.number.int({ min: 1, max: 5 });
    answerSurvey(life, purchase, 'ces', { score, verbatim: null, at });
  }
  if (!goodwill && happens(life, 0.2))
    review(life, purchase, faker.number.int({ min: 1, max: 2 }), faker.helpers.arrayElement(BITTER), at);
  return at;
}
