import { Referral } from '../../subgraphs/feedback/entities/Referral.js';
import { Membership } from '../../subgraphs/identity/entities/Membership.js';
import { happens, idOf, oneOf, type Life } from './Life.js';
import type { Purchases } from './purchases.js';
import { countryOf, sinceOf, staffOf } from './who.js';
import { daysAfter } from './World.js';

const ROLES = ['Head of purchasing', 'Office manager', 'Managing director', 'Facility manager', 'Bookkeeper'] as const;

/** Who works for this organization; some no longer do. */
function addStaff(life: Life): void {
  const { world } = life;
  staffOf(world, life.index).forEach((person) => {
    const since = sinceOf(world, person);
    const left = daysAfter(since, life.faker.number.float({ min: 200, max: 900 }));
    const until = happens(life, 0.12) && left < world.now ? world.day(left) : null;
    life.rows.add(Membership, {
      id: idOf(life, 'membership', person),
      organizationId: life.id,
      personId: world.id('customer', person),
      role: oneOf(life, ROLES),
      since: world.day(since),
      until,
      createdAt: since,
      updatedAt: until === null ? since : left,
      version: until === null ? 1 : 2,
    });
  });
}

/** How far back in the order of customers we look for somebody whom this one may have brought. */
const NEIGHBOURS = 24;

/** Who likes us tells others: somebody of the same country who came to us soon after this one had bought. */
function addReferral(life: Life, firstOrder: Date): void {
  const { world, index } = life;
  const happyAt = daysAfter(firstOrder, 10);
  for (let other = index - 1; other >= Math.max(0, index - NEIGHBOURS); other -= 1) {
    const cameAt = sinceOf(world, other);
    const soon = cameAt > happyAt && cameAt < daysAfter(happyAt, 400);
    if (!soon || countryOf(world, other) !== life.country) continue;
    const referredAt = daysAfter(cameAt, -0.5);
    life.rows.add(Referral, {
      id: idOf(life, 'referral', other),
      customerId: life.id,
      referredCustomerId: world.id('customer', other),
      note: oneOf(life, [...life.phrases.referral, null]),
      referredAt,
      createdAt: referredAt,
    });
    return;
  }
}

/** Adds whom the customer knows among our customers. */
export function addAcquaintances(life: Life, { placedAt }: Purchases): void {
  if (life.isOrganization) addStaff(life);
  const [firstOrder] = placedAt;
  if (firstOrder !== undefined && life.trust >= 7.5 && happens(life, 0.25)) addReferral(life, firstOrder);
}
