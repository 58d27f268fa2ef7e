import type { EntityManager } from 'typeorm';
import type { Touchpoint } from '../entities/Touchpoint.js';
import type { JourneyLinkReason } from '../entities/JourneyLink.js';
import { likeness, subjectOf } from './likeness.js';

/** Within which time before or after contacts about the same belong together. */
const SUBJECT_HOURS = 72;
/** How many contacts within that time are compared; nobody calls more often. */
const MOST_COMPARED = 50;
/** From which likeness on two contacts are about the same. */
const ALIKE_FROM = 0.5;

const REFERENCE_CONFIDENCE = 0.9;
const SUBJECT_CONFIDENCE = 0.8;

/** A touchpoint before it is recorded, as far as its journey depends on it. */
export type Contact = Pick<
  Touchpoint,
  | 'customerId'
  | 'occurredAt'
  | 'channel'
  | 'direction'
  | 'kind'
  | 'department'
  | 'summary'
  | 'threadKey'
  | 'referencesNamed'
>;

/** The journey of a touchpoint, and why. */
export interface Found {
  readonly journeyId: string;
  readonly reason: JourneyLinkReason;
  /** 0 to 1 */
  readonly confidence: number;
}

/** An earlier touchpoint that is on a journey, and what it has in common with the new one. */
interface Candidate {
  readonly journeyId: string;
  readonly summary: string;
  readonly match: 'THREAD' | 'REFERENCE' | 'SUBJECT';
}

/** What somebody took off a journey: what is like it does not belong there either. */
interface Exclusion {
  readonly journeyId: string;
  readonly threadKey: string | null;
  readonly referencesNamed: readonly string[];
  readonly summary: string;
}

/** Campaigns and consents are nobody's effort: words in common with them mean nothing. */
const WITHOUT_SUBJECT = ['CAMPAIGN', 'CONSENT'];

/** Rows follow an unmerge moments later; until then they are nobody else's all the same. */
const IS_THEIRS = `(recorded_for = $1 OR EXISTS (
       SELECT FROM customer_alias a WHERE a.customer_id = recorded_for AND a.canonical_id = $1))`;

/** All that the new touchpoint could belong to, the likeliest first; a statement for each way in which it is found, by an index each. */
const CANDIDATES = `
  SELECT journey_id AS "journeyId", summary, match FROM (
    (SELECT journey_id, summary, 'THREAD' AS match, 1 AS rank, occurred_at FROM touchpoint
     WHERE customer_id = $1 AND ${IS_THEIRS} AND thread_key = $2 AND journey_id IS NOT NULL ORDER BY occurred_at DESC LIMIT 10)
    UNION ALL
    (SELECT journey_id, summary, 'REFERENCE', 2, occurred_at FROM touchpoint
     WHERE customer_id = $1 AND ${IS_THEIRS} AND references_named <> '{}' AND references_named && $3::text[] AND journey_id IS NOT NULL
     ORDER BY occurred_at DESC LIMIT 10)
    UNION ALL
    (SELECT journey_id, summary, 'SUBJECT', 3, occurred_at FROM touchpoint
     WHERE customer_id = $1 AND ${IS_THEIRS} AND $7 AND occurred_at BETWEEN $4::timestamptz - interval '${SUBJECT_HOURS} hours'
       AND $4::timestamptz + interval '${SUBJECT_HOURS} hours'
       AND (channel <> $5 OR department <> $6) AND kind <> ALL($8::text[]) AND journey_id IS NOT NULL
     ORDER BY occurred_at DESC LIMIT ${MOST_COMPARED})
  ) AS candidates ORDER BY rank, occurred_at DESC`;

const EXCLUSIONS = `
  SELECT e.journey_id AS "journeyId", t.thread_key AS "threadKey", t.references_named AS "referencesNamed", t.summary
  FROM journey_exclusion e JOIN touchpoint t ON t.id = e.touchpoint_id WHERE e.journey_id = ANY($1::uuid[])`;

/**
 * The journey to which a touchpoint belongs: that of the same conversation; else that of a touchpoint which names the same order or
 * case; else that of a contact through another channel or department within 72 hours which is about the same by its words
 * ({@link likeness} of 0.5 or more). What somebody took off a journey is remembered: a touchpoint that would come to it by the same
 * thread, reference or words does not.
 * @returns null when it belongs to none that is there
 */
export async function findJourney(manager: EntityManager, contact: Contact): Promise<Found | null> {
  const { customerId, threadKey, referencesNamed, occurredAt, channel, department, kind } = contact;
  const hasSubject = !WITHOUT_SUBJECT.includes(kind);
  const candidates = await manager.query<Candidate[]>(CANDIDATES, [
    customerId,
    threadKey,
    referencesNamed,
    occurredAt,
    channel,
    department,
    hasSubject,
    WITHOUT_SUBJECT,
  ]);
  if (candidates.length === 0) return null;
  const exclusions = await manager.query<Exclusion[]>(EXCLUSIONS, [candidates.map(({ journeyId }) => journeyId)]);
  const subject = subjectOf(contact.summary);
  let best: Found | null = null;
  for (const { journeyId, match, summary } of candidates) {
    if (match === 'SUBJECT' && best !== null && best.reason !== 'SUBJECT') break;
    if (exclusions.some((one) => one.journeyId === journeyId && excludes(one, match, contact, subject))) continue;
    if (match === 'THREAD') return { journeyId, reason: match, confidence: 1 };
    if (match === 'REFERENCE') return { journeyId, reason: match, confidence: REFERENCE_CONFIDENCE };
    const alike = likeness(subject, subjectOf(summary));
    const confidence = Number((alike * SUBJECT_CONFIDENCE).toFixed(3));
    if (alike >= ALIKE_FROM && confidence > (best?.confidence ?? 0)) best = { journeyId, reason: match, confidence };
  }
  return best;
}

function excludes(
  exclusion: Exclusion,
  match: Candidate['match'],
  { threadKey, referencesNamed }: Contact,
  subject: ReadonlySet<string>,
): boolean {
  if (match === 'THREAD') return exclusion.threadKey === threadKey;
  if (match === 'REFERENCE') return exclusion.referencesNamed.some((reference) => referencesNamed.includes(reference));
  return likeness(subject, subjectOf(exclusion.summary)) >= ALIKE_FROM;
}
