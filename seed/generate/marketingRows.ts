import { Consent } from '../../subgraphs/marketing/entities/Consent.js';
import { Exposure } from '../../subgraphs/marketing/entities/Exposure.js';
import { SegmentMembership } from '../../subgraphs/marketing/entities/SegmentMembership.js';
import { Trait } from '../../subgraphs/marketing/entities/Trait.js';
import { CAMPAIGNS, type SEGMENTS } from './catalogue.js';
import { happens, idOf, touch, type Life } from './Life.js';
import type { Purchases } from './purchases.js';
import { daysAfter, daysBetween } from './World.js';

const TEXT = 'Yes, send me offers. I can say no at any time. (version 3)';

type Purpose = 'MARKETING' | 'RESEARCH';

function consent(life: Life, purpose: Purpose, action: 'GRANTED' | 'WITHDRAWN', at: Date): void {
  const { world, rows } = life;
  const id = world.id('consent', life.index, purpose, action);
  const source = action === 'GRANTED' ? 'web form' : 'link in an email';
  rows.add(Consent, {
    id,
    customerId: life.id,
    purpose,
    channel: 'EMAIL',
    action,
    at,
    source,
    text: action === 'GRANTED' ? TEXT : null,
  });
  touch(life, {
    occurredAt: at,
    channel: 'WEB',
    direction: 'INBOUND',
    kind: 'CONSENT',
    department: 'MARKETING',
    summary: `${action === 'GRANTED' ? 'Agreed to' : 'Withdrew from'} ${purpose.toLowerCase()} by email`,
    sentiment: action === 'GRANTED' ? null : 'NEGATIVE',
    sourceType: 'Consent',
    sourceId: id,
  });
}

/** Those who agreed got each campaign since, but for a control group; those who withdrew got none after that. */
function addExposures(life: Life, until: Date): void {
  const { world, rows, faker } = life;
  CAMPAIGNS.forEach(([name, channel, daysAgo], index) => {
    const sentAt = daysAfter(world.daysAgo(daysAgo), faker.number.float({ max: 2 }));
    if (sentAt < life.since || sentAt > until) return;
    const control = happens(life, 0.1);
    const opened = !control && happens(life, 0.45);
    const clicked = opened && happens(life, 0.3);
    const responded = clicked && happens(life, 0.4);
    const id = world.id('exposure', life.index, index);
    rows.add(Exposure, {
      id,
      campaignId: world.id('campaign', index),
      customerId: life.id,
      sentAt,
      openedAt: opened ? daysAfter(sentAt, 0.2) : null,
      clickedAt: clicked ? daysAfter(sentAt, 0.21) : null,
      respondedAt: responded ? daysAfter(sentAt, 1) : null,
      control,
    });
    if (control) return;
    touch(life, {
      occurredAt: sentAt,
      channel,
      direction: 'OUTBOUND',
      kind: 'CAMPAIGN',
      department: 'MARKETING',
      summary: `Campaign "${name}"${responded ? ': responded' : opened ? ': opened' : ''}`,
      sourceType: 'Exposure',
      sourceId: id,
    });
  });
}

function addTraits(life: Life): void {
  const { world, rows, faker } = life;
  const traits = life.isOrganization
    ? ([
        [
          'sector',
          'DEMOGRAPHIC',
          faker.helpers.arrayElement(['retail', 'hospitality', 'software', 'health', 'education']),
        ],
        ['employees', 'DEMOGRAPHIC', String(faker.number.int({ min: 5, max: 900 }))],
      ] as const)
    : ([
        ['age band', 'DEMOGRAPHIC', faker.helpers.arrayElement(['18-29', '30-44', '45-59', '60+'])],
        ['interest', 'BEHAVIOURAL', faker.helpers.arrayElement(['coffee', 'cycling', 'home office', 'travel'])],
      ] as const);
  for (const [name, kind, value] of traits) {
    const id = world.id('trait', life.index, name);
    rows.add(Trait, { id, customerId: life.id, name, kind, value, source: 'profile form', observedAt: life.since });
  }
}

/** Adds what marketing knows of a customer and may do. */
export function addMarketing(life: Life, purchases: Purchases): void {
  const { world, rows } = life;
  const known = daysBetween(life.since, world.now);
  const agreed = happens(life, 0.7);
  const withdrew = agreed && happens(life, purchases.lostTrust ? 0.5 : 0.06);
  const withdrawnAt = daysAfter(life.since, known * life.faker.number.float({ min: 0.4, max: 0.99 }));
  if (agreed) consent(life, 'MARKETING', 'GRANTED', life.since);
  if (agreed) addExposures(life, withdrew ? withdrawnAt : world.now);
  if (withdrew) consent(life, 'MARKETING', 'WITHDRAWN', withdrawnAt);
  if (happens(life, 0.4)) consent(life, 'RESEARCH', 'GRANTED', life.since);
  addTraits(life);

  const join = (segment: keyof typeof SEGMENTS, since: Date) =>
    rows.add(SegmentMembership, {
      id: idOf(life, 'member', segment),
      segmentId: world.id('segment', 0, segment),
      customerId: life.id,
      since,
    });
  if (purchases.revenue >= 500_000) join('top', world.now);
  if (known < 90) join('fresh', life.since);
  if (purchases.lostTrust) join('atRisk', world.now);
  if (agreed && !withdrew) join('newsletter', life.since);
}
