import { Case } from '../../subgraphs/service/entities/Case.js';
import type { CaseKind } from '../../subgraphs/service/entities/Case.js';
import type { Channel } from '../../schema/contract.js';
import type { CasePriority } from '../../subgraphs/service/casePriority.js';
import type { CaseStatus } from '../../subgraphs/service/caseStatus.js';
import { CaseMessage } from '../../subgraphs/service/entities/CaseMessage.js';
import { CaseStatusChange } from '../../subgraphs/service/entities/CaseStatusChange.js';
import { serviceSettings } from '../../subgraphs/service/serviceSettings.js';
import { resumedDue, slaDue } from '../../subgraphs/service/sla.js';
import { customerMoment, officeMoment } from './calendar.js';
import { happens, idOf, touch, type Life } from './Life.js';
import { daysAfter, daysBetween } from './World.js';

/** What a customer comes to service with, and how it will go if there is time for it. */
export interface CaseScript {
  /** Tells it from the customer's other cases. */
  readonly key: string;
  readonly kind: CaseKind;
  readonly subject: string;
  readonly priority: CasePriority;
  readonly channel: Channel;
  readonly openedAt: Date;
  readonly journeyId: string;
  /** The feeling in their first message. */
  readonly emotion: string | null;
  readonly ask: string;
  readonly answer: string;
  /** What we have to ask first, and what they say. */
  readonly askBack: readonly [string, string] | null;
  readonly resolution: string;
  /** How many days the solution takes after our answer, at most. */
  readonly days: number;
  /** Their last word; null when they say none. */
  readonly lastWord: { readonly body: string; readonly content: boolean } | null;
}

/** How far a case has come. */
export interface CaseEnd {
  readonly id: string;
  readonly repliedAt: Date | null;
  readonly resolvedAt: Date | null;
  /** When the last thing happened. */
  readonly endedAt: Date;
  /** Whether we answered or solved it too late. */
  readonly late: boolean;
}

/** The calendar of an empty environment. */
const { calendar } = serviceSettings.read({});

/** After how many days a case that is solved is put away. */
const ARCHIVED = 30;

interface Said {
  readonly at: Date;
  readonly fromUs: boolean;
  readonly body: string;
  readonly sentiment: 'POSITIVE' | 'NEGATIVE' | null;
  readonly emotion: string | null;
}

interface Change {
  readonly at: Date;
  readonly to: CaseStatus;
  readonly note: string | null;
}

/** What happens in a case, in order; what lies in the future is left out. */
interface Course {
  readonly said: readonly Said[];
  readonly changes: readonly Change[];
  readonly waited: readonly [Date, Date] | null;
  readonly repliedAt: Date | null;
  readonly resolvedAt: Date | null;
}

/** Hours until we answer: mostly a few, sometimes a day, seldom far too many. */
function answerDays(life: Life): number {
  const hours = life.faker.helpers.weightedArrayElement([
    { weight: 70, value: 3 },
    { weight: 24, value: 14 },
    { weight: 6, value: 70 },
  ]);
  return life.faker.number.float({ min: 0.1, max: hours }) / 24;
}

function courseOf(life: Life, script: CaseScript): Course {
  const { now } = life.world;
  const said: Said[] = [];
  const changes: Change[] = [{ at: script.openedAt, to: 'OPEN', note: null }];
  const theirs = (at: Date, body: string, sentiment: Said['sentiment'], emotion: string | null) =>
    said.push({ at, fromUs: false, body, sentiment, emotion });
  const ours = (at: Date, body: string) => said.push({ at, fromUs: true, body, sentiment: null, emotion: null });
  const sofar = { said, changes, waited: null, repliedAt: null, resolvedAt: null };

  theirs(script.openedAt, script.ask, script.kind === 'COMPLAINT' ? 'NEGATIVE' : null, script.emotion);
  const repliedAt = officeMoment(life, daysAfter(script.openedAt, answerDays(life)));
  let answeredAt = repliedAt;
  let waited: [Date, Date] | null = null;
  if (repliedAt > now) return sofar;
  if (script.askBack !== null) {
    const [question, reply] = script.askBack;
    ours(repliedAt, question);
    changes.push({ at: repliedAt, to: 'AWAITING_CUSTOMER', note: null });
    const theyReplyAt = customerMoment(life, daysAfter(repliedAt, life.faker.number.float({ min: 0.05, max: 2 })));
    if (theyReplyAt > now) return { ...sofar, repliedAt };
    theirs(theyReplyAt, reply, null, null);
    changes.push({ at: theyReplyAt, to: 'OPEN', note: null });
    waited = [repliedAt, theyReplyAt];
    answeredAt = officeMoment(life, daysAfter(theyReplyAt, answerDays(life)));
    if (answeredAt > now) return { ...sofar, waited, repliedAt };
  }
  ours(answeredAt, script.answer);
  const resolvedAt = officeMoment(
    life,
    daysAfter(answeredAt, life.faker.number.float({ min: 0.02, max: script.days })),
  );
  if (resolvedAt > now) return { ...sofar, waited, repliedAt };
  changes.push({ at: resolvedAt, to: 'RESOLVED', note: script.resolution });
  if (script.lastWord !== null) {
    const { body, content } = script.lastWord;
    const at = customerMoment(life, daysAfter(resolvedAt, 0.2));
    if (at <= now) theirs(at, body, content ? 'POSITIVE' : 'NEGATIVE', content ? 'relief' : 'disappointment');
  }
  const archivedAt = daysAfter(resolvedAt, ARCHIVED);
  if (archivedAt <= now) changes.push({ at: archivedAt, to: 'CLOSED', note: null });
  return { said, changes, waited, repliedAt, resolvedAt };
}

/** The due times: they move on by the time in which it was not our turn. */
function dueTimes({ priority, openedAt }: CaseScript, { waited, repliedAt }: Course) {
  const due = slaDue(priority, openedAt);
  if (waited === null) return due;
  const [since, until] = waited;
  const times = { ...due, firstRespondedAt: repliedAt, resolvedAt: null, waitingSince: since };
  return resumedDue({ ...times, slaClock: 'BUSINESS_HOURS' }, since, until, calendar);
}

/** Escalated are some of those that were not answered or solved in time. */
function escalationOf(life: Life, late: boolean, dueAt: Date) {
  const escalatedAt = officeMoment(life, dueAt);
  if (!late || escalatedAt > life.world.now || !happens(life, 0.5)) {
    return { escalationLevel: 0, escalatedAt: null, escalationReason: null };
  }
  return { escalationLevel: 1, escalatedAt, escalationReason: 'The time that we promised has passed.' };
}

/** Adds a case with all that was said in it and became of it, and shows it on the timeline. */
export function addCase(life: Life, script: CaseScript): CaseEnd {
  const { now } = life.world;
  const course = courseOf(life, script);
  const { said, changes, waited, repliedAt, resolvedAt } = course;
  const { firstResponseDueAt, resolutionDueAt } = dueTimes(script, course);
  const late = (repliedAt ?? now) > firstResponseDueAt || (resolvedAt ?? now) > resolutionDueAt;
  const last = changes.at(-1) ?? { at: script.openedAt, to: 'OPEN' as const };
  const lastSaidAt = said.at(-1)?.at ?? script.openedAt;
  const endedAt = resolvedAt !== null && resolvedAt > lastSaidAt ? resolvedAt : lastSaidAt;
  const id = idOf(life, 'case', script.key);
  life.rows.add(Case, {
    id,
    customerId: life.id,
    subject: script.subject,
    kind: script.kind,
    channel: script.channel,
    priority: script.priority,
    status: last.to,
    assigneeId: repliedAt === null && !happens(life, 0.4) ? null : life.serviceAgent,
    openedAt: script.openedAt,
    firstRespondedAt: repliedAt,
    resolvedAt,
    resolution: resolvedAt === null ? null : script.resolution,
    firstResponseDueAt,
    resolutionDueAt,
    slaClock: 'BUSINESS_HOURS',
    waitingSince: last.to === 'AWAITING_CUSTOMER' ? last.at : null,
    waitedSeconds: waited === null ? '0' : (daysBetween(...waited) * 86_400).toFixed(3),
    ...escalationOf(life, late, resolutionDueAt),
    createdAt: script.openedAt,
    updatedAt: last.at > endedAt ? last.at : endedAt,
    version: changes.length + said.length - 1,
  });
  said.forEach((message, position) => addMessage(life, script, id, position, message));
  changes.forEach(({ at, to, note }, position) => {
    life.rows.add(CaseStatusChange, {
      id: idOf(life, 'status', script.key, position),
      caseId: id,
      fromStatus: changes[position - 1]?.to ?? null,
      toStatus: to,
      note,
      changedAt: at,
    });
  });
  return { id, repliedAt, resolvedAt, endedAt, late };
}

function addMessage(
  life: Life,
  script: CaseScript,
  caseId: string,
  position: number,
  { at, fromUs, body, sentiment, emotion }: Said,
): void {
  const id = idOf(life, 'message', script.key, position);
  const employeeId = fromUs ? life.serviceAgent : null;
  life.rows.add(CaseMessage, {
    id,
    caseId,
    author: fromUs ? 'EMPLOYEE' : 'CUSTOMER',
    employeeId,
    body,
    sentAt: at,
  });
  touch(life, {
    occurredAt: at,
    channel: script.channel,
    direction: fromUs ? 'OUTBOUND' : 'INBOUND',
    kind: script.kind === 'COMPLAINT' && !fromUs ? 'COMPLAINT' : 'CASE',
    department: 'SERVICE',
    summary: body,
    employeeId,
    sentiment,
    emotion,
    sourceType: 'CaseMessage',
    sourceId: id,
    journeyId: script.journeyId,
    threadKey: `Case:${caseId}`,
  });
}
