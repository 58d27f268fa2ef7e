import { Goodwill } from '../../subgraphs/service/entities/Goodwill.js';
import { ServicePromise } from '../../subgraphs/service/entities/ServicePromise.js';
import { customerMoment } from './calendar.js';
import { addCase, type CaseEnd, type CaseScript } from './caseStory.js';
import { feel, happens, idOf, oneOf, touch, type Life } from './Life.js';
import { answerSurvey, review } from './opinions.js';
import { aboutOrder, type Purchase } from './orders.js';
import { fill, type Exchange } from './phrases/Phrases.js';
import { GOODWILL_LIMIT } from './staff.js';
import { daysAfter } from './World.js';

/** How an order went that did not simply arrive. */
export interface Trouble {
  /** What the effort was about in the end. */
  readonly subject: string;
  readonly deliveredAt: Date;
  /** When the last thing happened. */
  readonly endedAt: Date;
  readonly open: boolean;
}

const CHANNELS = ['EMAIL', 'EMAIL', 'PHONE', 'PHONE', 'CHAT', 'SOCIAL'] as const;

/** Through which channel they come, and what they say there: a letter has a beginning and an end, a call is noted down. */
function approach(
  life: Life,
  purchase: Purchase,
  ...sentences: readonly string[]
): Pick<CaseScript, 'channel' | 'ask'> {
  const { greetings, thanks } = life.phrases;
  const channel = life.isOrganization ? 'EMAIL' : oneOf(life, CHANNELS);
  const body = fill(sentences.join(' '), purchase.product.spoken[life.country.language], purchase.number);
  const noted = body.charAt(0).toUpperCase() + body.slice(1);
  return { channel, ask: channel === 'PHONE' ? noted : `${oneOf(life, greetings)} ${body} ${oneOf(life, thanks)}` };
}

/** Nobody was told, nobody came: the customer asks, we answer, make it good, and are remembered for it. */
export function comeLate(life: Life, purchase: Purchase): Trouble | null {
  const { phrases, faker, world } = life;
  feel(life, -2.6);
  const openedAt = customerMoment(life, daysAfter(purchase.promisedAt, faker.number.float({ min: 1, max: 4 })));
  const arrival = daysAfter(purchase.promisedAt, faker.number.float({ min: 4, max: 9 }));
  const subject = `Late delivery of ${purchase.number}`;
  if (openedAt > world.now || !happens(life, 0.65)) {
    const endedAt = arrival <= world.now ? arrival : purchase.plan.placedAt;
    return { subject: `Purchase ${purchase.number}`, deliveredAt: arrival, endedAt, open: arrival > world.now };
  }
  const content = happens(life, 0.6);
  const end = addCase(life, {
    key: `late/${purchase.plan.key}`,
    kind: 'COMPLAINT',
    subject,
    priority: purchase.total > 100_000 ? 'HIGH' : 'NORMAL',
    openedAt,
    journeyId: purchase.journeyId,
    emotion: oneOf(life, ['anger', 'disappointment', 'worry', null]),
    ...approach(life, purchase, oneOf(life, phrases.late), oneOf(life, phrases.lateWish)),
    answer: oneOf(life, phrases.lateAnswers),
    askBack: null,
    resolution: 'Delivered by express.',
    days: 2.5,
    lastWord: happens(life, 0.6)
      ? { body: oneOf(life, content ? phrases.relieved : phrases.stillAngry), content }
      : null,
  });
  if (end.repliedAt !== null && happens(life, 0.6)) promiseExpress(life, purchase, end, end.repliedAt);
  const deliveredAt = end.resolvedAt ?? daysAfter(world.now, 1);
  return { subject, deliveredAt, ...afterCase(life, purchase, end) };
}

/** It came, and it does not work. */
export function breakDown(life: Life, purchase: Purchase, deliveredAt: Date): Trouble | null {
  const { phrases, faker, world } = life;
  const { category, name } = purchase.product;
  const openedAt = customerMoment(life, daysAfter(deliveredAt, faker.number.float({ min: 3, max: 160 })));
  if (openedAt > world.now) return null;
  feel(life, -1.8);
  const subject = `${name} does not work (${purchase.number})`;
  const asksBack = happens(life, 0.5);
  const end = addCase(life, {
    key: `defect/${purchase.plan.key}`,
    kind: happens(life, 0.8) ? 'PROBLEM' : 'COMPLAINT',
    subject,
    priority: life.isOrganization ? 'HIGH' : 'NORMAL',
    openedAt,
    journeyId: purchase.journeyId,
    emotion: oneOf(life, ['annoyance', 'disappointment', null]),
    ...approach(life, purchase, oneOf(life, phrases.defects[category])),
    answer: oneOf(life, phrases.defectAnswers),
    askBack: asksBack ? [oneOf(life, phrases.askBack), oneOf(life, phrases.askedBack)] : null,
    resolution: 'Repaired under warranty.',
    days: 6,
    lastWord: happens(life, 0.5) ? { body: oneOf(life, phrases.relieved), content: true } : null,
  });
  return { subject, deliveredAt, ...afterCase(life, purchase, end) };
}

/** They want to know something: before they buy, or about what they have bought. */
export function askSomething(life: Life, purchase: Purchase, from: Date): void {
  const { phrases, world, faker } = life;
  const openedAt = customerMoment(life, daysAfter(from, faker.number.float({ max: 12 })));
  if (openedAt > world.now) return;
  const isFollowUp = happens(life, 0.45);
  const exchange: Exchange = oneOf(life, isFollowUp ? phrases.followUps : phrases.questions[purchase.product.category]);
  const script: CaseScript = {
    key: `question/${purchase.plan.key}`,
    kind: isFollowUp ? 'ORDER_FOLLOW_UP' : 'QUESTION',
    subject: isFollowUp ? `${exchange.subject} (${purchase.number})` : exchange.subject,
    priority: happens(life, 0.3) ? 'LOW' : 'NORMAL',
    openedAt,
    journeyId: purchase.journeyId,
    emotion: null,
    ...approach(life, purchase, exchange.ask),
    answer: exchange.answer,
    askBack: null,
    resolution: 'Answered.',
    days: 0.6,
    lastWord: happens(life, 0.4) ? { body: oneOf(life, phrases.relieved), content: true } : null,
  };
  const { resolvedAt } = addCase(life, script);
  if (resolvedAt !== null) feel(life, 0.3);
}

function promiseExpress(life: Life, { number }: Purchase, { id, resolvedAt }: CaseEnd, at: Date): void {
  life.rows.add(ServicePromise, {
    id: idOf(life, 'promise', id),
    customerId: life.id,
    caseId: id,
    kind: 'COMMITMENT',
    what: `Deliver ${number} by express`,
    employeeId: life.serviceAgent,
    dueAt: daysAfter(at, 2),
    validUntil: null,
    keptAt: resolvedAt,
    createdAt: at,
    updatedAt: resolvedAt ?? at,
    version: resolvedAt === null ? 1 : 2,
  });
}

/** What a case leaves behind: goodwill, and what the customer says of us afterwards. */
function afterCase(life: Life, purchase: Purchase, end: CaseEnd): { endedAt: Date; open: boolean } {
  if (end.late) feel(life, -1.2);
  if (end.resolvedAt === null) return { endedAt: end.endedAt, open: true };
  feel(life, 0.4);
  if (!purchase.cancelled && happens(life, end.late ? 0.55 : 0.25)) grantGoodwill(life, purchase, end, end.resolvedAt);
  if (happens(life, 0.4)) answerSurvey(life, aboutOrder(purchase, 'support'), 'ces', end.endedAt);
  if (happens(life, 0.35)) answerSurvey(life, aboutOrder(purchase, 'delivery'), 'nps', end.endedAt);
  if (life.trust < 5 && happens(life, 0.35)) review(life, aboutOrder(purchase, 'delivery'), end.endedAt);
  return { endedAt: end.endedAt, open: false };
}

function grantGoodwill(life: Life, purchase: Purchase, { id, late }: CaseEnd, at: Date): void {
  const share = late ? 0.08 : 0.05;
  const amount = Math.min(GOODWILL_LIMIT, 5 * Math.max(1, Math.round((purchase.total * share) / 500)));
  const goodwillId = idOf(life, 'goodwill', id);
  feel(life, 1.7);
  life.rows.add(Goodwill, {
    id: goodwillId,
    customerId: life.id,
    caseId: id,
    amountValue: `${amount}.00`,
    amountCurrency: life.country.currency,
    reason: late ? 'For the long wait.' : 'For the trouble.',
    employeeId: life.serviceAgent,
    authorityLimit: `${GOODWILL_LIMIT}.00`,
    grantedAt: at,
  });
  touch(life, {
    occurredAt: at,
    channel: 'EMAIL',
    direction: 'OUTBOUND',
    kind: 'PAYMENT',
    department: 'SERVICE',
    summary: `A voucher of ${amount} ${life.country.currency} for the trouble with ${purchase.number}`,
    employeeId: life.serviceAgent,
    sourceType: 'Goodwill',
    sourceId: goodwillId,
    journeyId: purchase.journeyId,
  });
}
