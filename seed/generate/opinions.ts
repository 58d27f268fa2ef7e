import { CompetitorRating } from '../../subgraphs/feedback/entities/CompetitorRating.js';
import { Review } from '../../subgraphs/feedback/entities/Review.js';
import { SurveyResponse } from '../../subgraphs/feedback/entities/SurveyResponse.js';
import type { LoopOutcome } from '../../subgraphs/feedback/LoopOutcome.js';
import { customerMoment, officeMoment } from './calendar.js';
import { SURVEYS } from './catalogue.js';
import { feel, happens, idOf, oneOf, roughly, touch, type Life } from './Life.js';
import type { Category } from './products.js';
import { daysAfter } from './World.js';

/** What an opinion is about. */
export interface About {
  /** Tells it from the customer's other opinions. */
  readonly key: string;
  readonly journeyId: string;
  readonly category: Category;
  /** Name of the experience: `delivery`, `product`, `support`. */
  readonly experience: string;
}

const SCALES = { nps: [0, 10], csat: [1, 5], ces: [1, 7] } as const;
/** From which score on they are content, and up to which they are not. */
const CONTENT = { nps: 9, csat: 4, ces: 5 } as const;
const DISCONTENT = { nps: 6, csat: 2, ces: 3 } as const;
type SurveyKey = keyof typeof SURVEYS;

/** A score on the survey's scale, near to how they stand to us. */
function scoreOf(life: Life, survey: SurveyKey): number {
  const [least, most] = SCALES[survey];
  const at = least + ((most - least) * roughly(life, life.trust + 0.5, 2)) / 10;
  return Math.min(most, Math.max(least, Math.round(at)));
}

function wordsFor(life: Life, survey: SurveyKey, score: number, category: Category): string {
  const { phrases } = life;
  if (score >= CONTENT[survey]) {
    if (survey === 'ces') return oneOf(life, phrases.easy);
    return oneOf(life, happens(life, 0.3) ? phrases.praiseOf[category] : phrases.praise);
  }
  if (score > DISCONTENT[survey]) return oneOf(life, phrases.lukewarm);
  return oneOf(life, survey === 'ces' ? phrases.hard : phrases.bitter);
}

/** On a scale from 1 to 5. */
function outOfFive(life: Life, mean: number): number {
  return Math.min(5, Math.max(1, Math.round(roughly(life, mean, 1.4))));
}

/**
 * The customer answers a survey, some time after `from`.
 * @returns the score; null when they did not answer, or have not yet
 */
export function answerSurvey(life: Life, about: About, survey: SurveyKey, from: Date): number | null {
  const { world, rows } = life;
  const at = customerMoment(life, daysAfter(from, life.faker.number.float({ min: 0.2, max: 5 })));
  if (at > world.now) return null;
  const score = scoreOf(life, survey);
  const verbatim = happens(life, 0.55) ? wordsFor(life, survey, score, about.category) : null;
  const [, kind] = SURVEYS[survey];
  const id = idOf(life, 'response', about.key, survey);
  const loop = survey === 'nps' && score <= DISCONTENT.nps ? closeLoop(life, about, id, at) : null;
  rows.add(SurveyResponse, {
    id,
    surveyId: world.id('survey', 0, survey),
    customerId: life.id,
    kind,
    score,
    verbatim,
    language: verbatim === null ? null : life.country.locale,
    respondentGroup: life.isOrganization ? 'business' : 'private',
    experience: about.experience,
    importance: survey === 'csat' ? outOfFive(life, about.experience === 'delivery' ? 4.2 : 3.6) : null,
    expected: survey === 'csat' ? outOfFive(life, 4) : null,
    delivered: survey === 'csat' ? Math.min(5, Math.max(1, score)) : null,
    channel: 'EMAIL',
    respondedAt: at,
    createdAt: at,
    loopClosedAt: loop?.at ?? null,
    loopEmployeeId: loop === null ? null : life.serviceAgent,
    loopOutcome: loop?.outcome ?? null,
    loopNote: loop?.note ?? null,
    version: loop === null ? 1 : 2,
  });
  touch(life, {
    occurredAt: at,
    channel: 'EMAIL',
    direction: 'INBOUND',
    kind: 'SURVEY',
    department: 'FEEDBACK',
    summary: `${kind} ${score}${verbatim === null ? '' : `: "${verbatim}"`}`,
    sentiment: score >= CONTENT[survey] ? 'POSITIVE' : score <= DISCONTENT[survey] ? 'NEGATIVE' : 'NEUTRAL',
    sourceType: 'SurveyResponse',
    sourceId: id,
    journeyId: about.journeyId,
  });
  if (survey === 'csat' && happens(life, 0.12)) compare(life, about, at);
  return score;
}

const LOOPS: readonly (readonly [LoopOutcome, string])[] = [
  ['RECOVERED', 'Called, apologised, settled. They will order again.'],
  ['EXPLAINED', 'Explained how it came about; they understand.'],
  ['COMPENSATED', 'Sent a voucher with a card written by hand.'],
  ['NOT_REACHED', 'Tried three times, wrote a letter.'],
  ['NOT_RECOVERED', 'Listened. They have made up their mind.'],
];

/** Somebody calls those who would not recommend us. */
function closeLoop(life: Life, about: About, responseId: string, respondedAt: Date) {
  const at = officeMoment(life, daysAfter(respondedAt, life.faker.number.float({ min: 0.5, max: 6 })));
  if (at > life.world.now || !happens(life, 0.6)) return null;
  const [outcome, note] = oneOf(life, LOOPS);
  if (outcome === 'RECOVERED' || outcome === 'COMPENSATED') feel(life, 2);
  touch(life, {
    occurredAt: at,
    channel: outcome === 'NOT_REACHED' ? 'LETTER' : 'PHONE',
    direction: 'OUTBOUND',
    kind: 'CONTACT',
    department: 'FEEDBACK',
    summary: `About their low score. ${note}`,
    employeeId: life.serviceAgent,
    sourceType: 'FeedbackLoop',
    sourceId: responseId,
    journeyId: about.journeyId,
  });
  return { at, outcome, note };
}

const COMPETITORS: Readonly<Record<Category, string>> = {
  Coffee: 'Bohne & Co',
  Office: 'OfficeWorld',
  Mobility: 'VeloExpress',
  Service: 'OfficeWorld',
};

/** They say how somebody else is at the same. */
function compare(life: Life, about: About, at: Date): void {
  life.rows.add(CompetitorRating, {
    id: idOf(life, 'comparison', about.key),
    customerId: life.id,
    competitor: COMPETITORS[about.category],
    experience: about.experience,
    rating: outOfFive(life, about.experience === 'delivery' ? 3.9 : 3.2),
    ours: outOfFive(life, life.trust / 2),
    verbatim: happens(life, 0.4) ? oneOf(life, life.phrases.comparisons) : null,
    ratedAt: at,
    createdAt: at,
  });
}

/** The customer writes about us in public, some time after `from`. */
export function review(life: Life, about: About, from: Date): void {
  const { world, rows, faker, phrases } = life;
  const publishedAt = customerMoment(life, daysAfter(from, faker.number.float({ min: 0.5, max: 8 })));
  if (publishedAt > world.now) return;
  const rating = Math.min(5, Math.max(1, Math.round(roughly(life, life.trust / 1.8, 1))));
  const good = rating >= 4;
  const ending = oneOf(life, good ? phrases.praiseOf[about.category] : phrases.lukewarm);
  const text = `${oneOf(life, good ? phrases.praise : phrases.bitter)} ${ending}`;
  const id = idOf(life, 'review', about.key);
  const site = oneOf(life, ['Trustpilot', 'Google', 'Capterra']);
  rows.add(Review, {
    id,
    customerId: life.id,
    site,
    rating,
    title: oneOf(life, good ? phrases.reviewTitles.good : phrases.reviewTitles.bad),
    text,
    recommended: good,
    estimatedReach: faker.number.int({ min: 20, max: 4_000 }),
    publishedAt,
    createdAt: publishedAt,
  });
  touch(life, {
    occurredAt: publishedAt,
    channel: 'REVIEW_SITE',
    direction: 'INBOUND',
    kind: 'REVIEW',
    department: 'FEEDBACK',
    summary: `${rating} of 5 on ${site}: "${text}"`,
    sentiment: good ? 'POSITIVE' : 'NEGATIVE',
    sourceType: 'Review',
    sourceId: id,
    journeyId: about.journeyId,
  });
}
