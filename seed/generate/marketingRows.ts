import { Consent } from '../../subgraphs/marketing/entities/Consent.js';
import { Exposure } from '../../subgraphs/marketing/entities/Exposure.js';
import { SegmentMembership } from '../../subgraphs/marketing/entities/SegmentMembership.js';
import { Trait } from '../../subgraphs/marketing/entities/Trait.js';
import { customerMoment, officeMoment } from './calendar.js';
import { CAMPAIGNS, CONTROL_SHARE, type SEGMENTS } from './catalogue.js';
import { happens, idOf, oneOf, touch, type Life } from './Life.js';
import type { Purchases } from './purchases.js';
import { daysAfter, daysBetween } from './World.js';

type Purpose = 'MARKETING' | 'RESEARCH';

function consent(life: Life, purpose: Purpose, action: 'GRANTED' | 'WITHDRAWN', at: Date): void {
  const granted = action === 'GRANTED';
  const id = idOf(life, 'consent', purpose, action);
  life.rows.add(Consent, {
    id,
    customerId: life.id,
    purpose,
    channel: 'EMAIL',
    action,
    at,
    source: granted ? 'web form' : 'link in an email',
    text: granted ? life.phrases.consent : null,
  });
  touch(life, {
    occurredAt: at,
    channel: granted ? 'WEB' : 'EMAIL',
    direction: 'INBOUND',
    kind: 'CONSENT',
    department: 'MARKETING',
    summary: `${granted ? 'Agreed to' : 'Withdrew from'} ${purpose.toLowerCase()} by email`,
    sentiment: granted ? null : 'NEGATIVE',
    sourceType: 'Consent',
    sourceId: id,
  });
}

/** From when to when somebody agreed to offers by email. */
interface Agreement {
  readonly from: Date;
  /** Null while they agree. */
  readonly until: Date | null;
}

/** Most agree at once; those whom we disappointed withdraw more often, and soon. */
function addConsents(life: Life, { lostTrustAt }: Purchases): Agreement | null {
  const { now } = life.world;
  const openness = life.world.share('openness', life.index);
  if (openness > 0.75) consent(life, 'RESEARCH', 'GRANTED', life.since);
  if (openness < 0.3) return null;
  consent(life, 'MARKETING', 'GRANTED', life.since);
  const withdraws = happens(life, lostTrustAt === null ? 0.06 : 0.5);
  if (!withdraws) return { from: life.since, until: null };
  const known = daysBetween(life.since, now);
  const days = life.faker.number.float({ min: 0.4, max: 1 }) * known;
  const at = customerMoment(life, lostTrustAt === null ? daysAfter(life.since, days) : daysAfter(lostTrustAt, 1));
  if (at > now) return { from: life.since, until: null };
  consent(life, 'MARKETING', 'WITHDRAWN', at);
  return { from: life.since, until: at };
}

/** Within how many days an order counts as the answer to a campaign. */
const ANSWERS_WITHIN = 10;

/**
 * Those who agree get each campaign, but for a control group. Who orders soon after it has answered it.
 * @returns when they answered a campaign that they got
 */
function addExposures(life: Life, { from, until }: Agreement, { placedAt }: Purchases): Date[] {
  const { world, rows, faker } = life;
  const answers: Date[] = [];
  CAMPAIGNS.forEach(([name, channel, daysAgo], number) => {
    const sentAt = officeMoment(life, daysAfter(world.daysAgo(daysAgo), faker.number.float({ max: 2 })));
    if (sentAt < from || sentAt > (until ?? world.now)) return;
    const control = happens(life, CONTROL_SHARE);
    const ordered = placedAt.find((at) => at > sentAt && at < daysAfter(sentAt, ANSWERS_WITHIN));
    const responds = control
      ? ordered !== undefined && happens(life, 0.5)
      : ordered !== undefined || happens(life, 0.04);
    const opens = !control && (responds || happens(life, 0.42));
    const clicks = opens && (responds || happens(life, 0.2));
    const openedAt = customerMoment(life, daysAfter(sentAt, 0.02));
    const answeredAt = ordered !== undefined && ordered > openedAt ? ordered : daysAfter(openedAt, 0.01);
    const isPast = answeredAt <= world.now;
    const respondedAt = responds && isPast ? answeredAt : null;
    const id = idOf(life, 'exposure', number);
    rows.add(Exposure, {
      id,
      campaignId: world.id('campaign', number),
      customerId: life.id,
      sentAt,
      openedAt: opens && isPast ? openedAt : null,
      clickedAt: clicks && isPast ? daysAfter(openedAt, 0.001) : null,
      respondedAt,
      control,
    });
    if (control) return;
    if (respondedAt !== null) answers.push(respondedAt);
    touch(life, {
      occurredAt: sentAt,
      channel,
      direction: 'OUTBOUND',
      kind: 'CAMPAIGN',
      department: 'MARKETING',
      summary: `Campaign "${name}"${respondedAt !== null ? ': responded' : opens && isPast ? ': opened' : ''}`,
      sourceType: 'Exposure',
      sourceId: id,
    });
  });
  return answers;
}

/** What somebody of each interest says they care for. */
const INTERESTS = { Coffee: 'coffee', Office: 'home office', Mobility: 'cycling', Service: 'home office' } as const;
const SECTORS = [
  'retail',
  'hospitality',
  'software',
  'health',
  'education',
  'crafts',
  'public administration',
] as const;

type TraitRow = readonly [name: string, kind: Trait['kind'], value: string];

function traitsOf(life: Life): TraitRow[] {
  const { faker } = life;
  if (life.isOrganization) {
    const size = Math.round(5 * 180 ** faker.number.float());
    return [
      ['sector', 'DEMOGRAPHIC', oneOf(life, SECTORS)],
      ['employees', 'DEMOGRAPHIC', String(size)],
    ];
  }
  const traits: TraitRow[] = [
    ['age band', 'DEMOGRAPHIC', oneOf(life, ['18-29', '30-44', '30-44', '45-59', '45-59', '60+'])],
    ['interest', 'BEHAVIOURAL', INTERESTS[life.interest]],
  ];
  if (happens(life, 0.3))
    traits.push(['lives', 'SOCIOLOGICAL', oneOf(life, ['alone', 'as a couple', 'with children'])]);
  if (happens(life, 0.15)) traits.push(['values', 'CULTURAL', oneOf(life, ['regional', 'organic', 'design', 'price'])]);
  return traits;
}

/** What marketing knows when it decides who belongs to which segment. */
interface Known {
  readonly traits: readonly TraitRow[];
  readonly agreement: Agreement | null;
  readonly answers: readonly Date[];
}

/** Writes the memberships: those of segments by rule just as the rule says. */
function addMemberships(life: Life, { traits, agreement, answers }: Known, purchases: Purchases): void {
  const { world, rows, since } = life;
  const join = (segment: keyof typeof SEGMENTS, from: Date) =>
    rows.add(SegmentMembership, {
      id: idOf(life, 'member', segment),
      segmentId: world.id('segment', 0, segment),
      customerId: life.id,
      since: from,
    });
  const has = (name: string, value: string) => traits.some((trait) => trait[0] === name && trait[2] === value);
  const agrees = agreement !== null && agreement.until === null;
  const employees = Number(traits.find(([name]) => name === 'employees')?.[2] ?? 0);
  const [, secondAnswer] = answers.toSorted((a, b) => a.getTime() - b.getTime());
  if (purchases.revenue >= 500_000) join('top', purchases.placedAt.at(-1) ?? since);
  if (purchases.lostTrustAt !== null) join('atRisk', purchases.lostTrustAt);
  if (agrees) join('newsletter', agreement.from);
  if (agrees && has('interest', 'coffee')) join('coffee', since);
  if (agrees && has('interest', 'cycling')) join('riders', since);
  if (secondAnswer !== undefined) join('responsive', secondAnswer);
  if (employees >= 50) join('growing', since);
}

/** Adds what marketing knows of a customer and may do. */
export function addMarketing(life: Life, purchases: Purchases): void {
  const agreement = addConsents(life, purchases);
  const answers = agreement === null ? [] : addExposures(life, agreement, purchases);
  const traits = traitsOf(life);
  for (const [name, kind, value] of traits) {
    const id = idOf(life, 'trait', name);
    life.rows.add(Trait, {
      id,
      customerId: life.id,
      name,
      kind,
      value,
      source: 'profile form',
      observedAt: life.since,
    });
  }
  addMemberships(life, { traits, agreement, answers }, purchases);
}
