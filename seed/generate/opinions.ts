import { Review } from '../../subgraphs/feedback/entities/Review.js';
import { SurveyResponse } from '../../subgraphs/feedback/entities/SurveyResponse.js';
import type { SURVEYS } from './catalogue.js';
import { idOf, touch, type Life } from './Life.js';

/** An order with what its aftermath needs. */
export interface Purchase {
  readonly orderId: string;
  readonly number: string;
  readonly product: string;
  readonly placedAt: Date;
  readonly deliveredAt: Date;
  /** Cents. */
  readonly total: number;
  readonly journeyId: string;
}

/** The customer answers a survey after a purchase. */
export function answerSurvey(
  life: Life,
  purchase: Purchase,
  survey: keyof typeof SURVEYS,
  answer: { score: number; verbatim: string | null; at: Date },
): void {
  const { world, rows } = life;
  if (answer.at > world.now) return;
  const id = idOf(life, 'response', purchase.orderId, survey);
  const kind = survey === 'nps' ? 'NPS' : survey === 'csat' ? 'CSAT' : 'CES';
  rows.add(SurveyResponse, {
    id,
    surveyId: world.id('survey', 0, survey),
    customerId: life.id,
    kind,
    score: answer.score,
    verbatim: answer.verbatim,
    respondentGroup: life.isOrganization ? 'business' : 'private',
    experience: purchase.product,
    respondedAt: answer.at,
  });
  const high = kind === 'NPS' ? 9 : kind === 'CSAT' ? 4 : 5;
  touch(life, {
    occurredAt: answer.at,
    channel: 'EMAIL',
    direction: 'INBOUND',
    kind: 'SURVEY',
    department: 'FEEDBACK',
    summary: `${kind} ${answer.score}${answer.verbatim ? `: "${answer.verbatim}"` : ''}`,
    sentiment: answer.score >= high ? 'POSITIVE' : answer.score <= high - 3 ? 'NEGATIVE' : 'NEUTRAL',
    sourceType: 'SurveyResponse',
    sourceId: id,
    journeyId: purchase.journeyId,
  });
}

/** The customer writes about a purchase in public. */
export function review(life: Life, purchase: Purchase, rating: number, text: string, at: Date): void {
  const { rows, faker } = life;
  const id = idOf(life, 'review', purchase.orderId);
  const site = faker.helpers.arrayElement(['Trustpilot', 'Google', 'Capterra']);
  rows.add(Review, {
    id,
    customerId: life.id,
    site,
    rating,
    title: rating >= 4 ? 'Recommended' : 'Disappointed',
    text,
    recommended: rating >= 4,
    estimatedReach: faker.number.int({ min: 20, max: 4_000 }),
    publishedAt: at,
  });
  touch(life, {
    occurredAt: at,
    channel: 'REVIEW_SITE',
    direction: 'INBOUND',
    kind: 'REVIEW',
    department: 'FEEDBACK',
    summary: `${rating} of 5 on ${site}: "${text}"`,
    sentiment: rating >= 4 ? 'POSITIVE' : 'NEGATIVE',
    sourceType: 'Review',
    sourceId: id,
    journeyId: purchase.journeyId,
  });
}
