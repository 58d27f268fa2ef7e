import type { Outbox } from '../kit/flow/Outbox.js';
import type { CompetitorRating } from './entities/CompetitorRating.js';
import type { Referral } from './entities/Referral.js';
import type { Review } from './entities/Review.js';
import type { SurveyResponse } from './entities/SurveyResponse.js';
import type { LoopOutcome } from './LoopOutcome.js';
import { npsCategory } from './npsCategory.js';
import { DISSATISFIED_TO, EASY_FROM, HARD_TO, SATISFIED_FROM } from './surveyKind.js';

/** What of feedback's writes a customer took part in, and how it reads on the timeline. */

type Sentiment = 'POSITIVE' | 'NEUTRAL' | 'NEGATIVE';

const OUTCOMES: Readonly<Record<LoopOutcome, string>> = {
  RECOVERED: 'it is put right',
  EXPLAINED: 'it is explained',
  COMPENSATED: 'they were compensated',
  NOT_REACHED: 'they could not be reached',
  NOT_RECOVERED: 'they were heard, and are still not content',
};

function between(score: number, badTo: number, goodFrom: number): Sentiment {
  if (score >= goodFrom) return 'POSITIVE';
  return score <= badTo ? 'NEGATIVE' : 'NEUTRAL';
}

function sentimentOf({ kind, score }: SurveyResponse): Sentiment {
  if (kind === 'CSAT') return between(score, DISSATISFIED_TO, SATISFIED_FROM);
  if (kind === 'CES') return between(score, HARD_TO, EASY_FROM);
  return ({ PROMOTER: 'POSITIVE', PASSIVE: 'NEUTRAL', DETRACTOR: 'NEGATIVE' } as const)[npsCategory(score)];
}

function quoted(text: string | null): string {
  return text === null ? '' : `: "${text}"`;
}

/** An answer to a survey. */
export function reportResponse(outbox: Outbox, response: SurveyResponse): void {
  outbox.report({
    customerId: response.customerId,
    occurredAt: response.respondedAt.toISOString(),
    channel: response.channel ?? 'WEB',
    direction: 'INBOUND',
    kind: 'SURVEY',
    department: 'FEEDBACK',
    summary: `${response.kind} ${response.score}${quoted(response.verbatim)}`,
    sentiment: sentimentOf(response),
    source: { type: 'SurveyResponse', id: response.id },
    threadKey: `SurveyResponse:${response.id}`,
  });
}

/** A review of somebody whom we know. */
export function reportReview(outbox: Outbox, review: Review): void {
  if (review.customerId === null) return;
  outbox.report({
    customerId: review.customerId,
    occurredAt: review.publishedAt.toISOString(),
    channel: 'REVIEW_SITE',
    direction: 'INBOUND',
    kind: 'REVIEW',
    department: 'FEEDBACK',
    summary: `${review.rating} of 5 on ${review.site}${quoted(review.text ?? review.title)}`,
    sentiment: between(review.rating, DISSATISFIED_TO, SATISFIED_FROM),
    source: { type: 'Review', id: review.id },
  });
}

/** That we came back to somebody about their bad answer. */
export function reportLoop(outbox: Outbox, response: SurveyResponse, at: Date, outcome: LoopOutcome): void {
  outbox.report({
    customerId: response.customerId,
    occurredAt: at.toISOString(),
    channel: response.channel ?? 'PHONE',
    direction: 'OUTBOUND',
    kind: 'CONTACT',
    department: 'FEEDBACK',
    summary: `We followed up their ${response.kind} ${response.score}: ${OUTCOMES[outcome]}`,
    employeeId: response.loopEmployeeId,
    source: { type: 'SurveyResponse', id: response.id },
    threadKey: `SurveyResponse:${response.id}`,
  });
}

/** That a customer brought us another; on the timeline of the one who did. */
export function reportReferral(outbox: Outbox, referral: Referral): void {
  outbox.report({
    customerId: referral.customerId,
    occurredAt: referral.referredAt.toISOString(),
    channel: 'FACE_TO_FACE',
    direction: 'INBOUND',
    kind: 'CONTACT',
    department: 'FEEDBACK',
    summary: 'Brought us another customer',
    sentiment: 'POSITIVE',
    source: { type: 'Referral', id: referral.id },
  });
}

/** How a customer compares us with somebody else. */
export function reportCompetitorRating(outbox: Outbox, rating: CompetitorRating): void {
  const ours = rating.ours === null ? '' : `, ours ${rating.ours}`;
  outbox.report({
    customerId: rating.customerId,
    occurredAt: rating.ratedAt.toISOString(),
    channel: 'WEB',
    direction: 'INBOUND',
    kind: 'SURVEY',
    department: 'FEEDBACK',
    summary: `Rated the ${rating.experience} of ${rating.competitor} ${rating.rating} of 5${ours}`,
    source: { type: 'CompetitorRating', id: rating.id },
  });
}
