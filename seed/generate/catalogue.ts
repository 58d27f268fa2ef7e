import { Survey } from '../../subgraphs/feedback/entities/Survey.js';
import { Campaign } from '../../subgraphs/marketing/entities/Campaign.js';
import { Offer } from '../../subgraphs/marketing/entities/Offer.js';
import { Proposition } from '../../subgraphs/marketing/entities/Proposition.js';
import { Segment } from '../../subgraphs/marketing/entities/Segment.js';
import { ruleInWords } from '../../subgraphs/marketing/ruleInWords.js';
import type { SegmentRule } from '../../subgraphs/marketing/segmentRule.js';
import { Product } from '../../subgraphs/sales/entities/Product.js';
import { PRODUCTS } from './products.js';
import type { RowCollector } from './RowCollector.js';
import { addStaff } from './staff.js';
import type { World } from './World.js';

/** What a company has before it has customers: people, products, campaigns, segments, surveys. */

/** Name, channel, days ago at which it began, objective. */
export const CAMPAIGNS = [
  ['Spring offers', 'EMAIL', 1_300, 'Bring dormant customers back'],
  ['Bicycle season', 'EMAIL', 900, 'Sell electric bicycles to owners of city bicycles'],
  ['Coffee club', 'EMAIL', 520, 'Win subscribers for beans'],
  ['Office upgrade', 'EMAIL', 210, 'Cross-sell chairs to buyers of desks'],
  ['Autumn service check', 'EMAIL', 60, 'Fill the workshop before winter'],
  ['Gifts that last', 'EMAIL', 9, 'Sell grinders and lamps before the holidays'],
] as const;

/** The share of the chosen who get nothing, so that the effect can be seen. */
export const CONTROL_SHARE = 0.1;

interface SeedSegment {
  readonly name: string;
  readonly description: string;
  /** How its members come about, for one that somebody else names. */
  readonly rule: string | null;
  readonly ruleTree: SegmentRule | null;
}

const mayEmail: SegmentRule = { consent: { purpose: 'MARKETING', channel: 'EMAIL' } };

function isTrait(name: string, value: string): SegmentRule {
  return { trait: { name, operator: 'EQUALS', comparedAs: 'TEXT', values: [value] } };
}

/** The segments by their keys; those with a tree choose their members themselves. */
export const SEGMENTS = {
  top: {
    name: 'Top customers',
    description: 'The customers with the highest revenue; the list comes from sales.',
    rule: 'revenue to date >= 5000',
    ruleTree: null,
  },
  atRisk: {
    name: 'At risk',
    description: 'Complained, and have not ordered since; the list comes from service.',
    rule: 'complaint after the last order',
    ruleTree: null,
  },
  newsletter: { name: 'Newsletter', description: 'Agreed to offers by email.', rule: null, ruleTree: mayEmail },
  coffee: {
    name: 'Coffee lovers',
    description: 'Care for coffee, and may be told about it.',
    rule: null,
    ruleTree: { all: [isTrait('interest', 'coffee'), mayEmail] },
  },
  riders: {
    name: 'Riders of the city',
    description: 'Care for cycling, and may be told about it.',
    rule: null,
    ruleTree: { all: [isTrait('interest', 'cycling'), mayEmail] },
  },
  responsive: {
    name: 'Responsive',
    description: 'Did what a campaign asked for, at least twice.',
    rule: null,
    ruleTree: { exposures: { step: 'RESPONDED', operator: 'AT_LEAST', count: 2 } },
  },
  growing: {
    name: 'Growing companies',
    description: 'Companies of fifty and more.',
    rule: null,
    ruleTree: { trait: { name: 'employees', operator: 'AT_LEAST', comparedAs: 'NUMBER', values: ['50'] } },
  },
} as const satisfies Record<string, SeedSegment>;

export const SURVEYS = {
  nps: ['How likely are you to recommend us to a friend or colleague?', 'NPS', 'Relationship survey'],
  csat: ['How satisfied are you with this purchase?', 'CSAT', 'After delivery'],
  ces: ['How easy was it to get your issue solved?', 'CES', 'After a case'],
} as const;

/** What we hold out to a segment, and an offer out of it: its name, price in euros and terms. */
const PROPOSITIONS = {
  coffee: {
    name: 'The roastery at home',
    price: 'Above the supermarket, below the roastery in town.',
    brand: 'People who know where their coffee comes from.',
    service: 'Beans at the door before the last ones are used up.',
    product: 'Roasted to order, with the date on the bag.',
    standard: 'Fresher than fourteen days, or the next bag is ours.',
    offer: ['Beans for three months', '59.00', 'Three deliveries of 1 kg. Ends by itself.'],
  },
  riders: {
    name: 'Never without a bicycle',
    price: 'One price a year, no bills in between.',
    brand: 'The workshop that lends you one meanwhile.',
    service: 'Picked up and brought back within two days.',
    product: 'Maintenance with all parts that wear out.',
    standard: 'Two days, or the year is free.',
    offer: ['Winter check with a loan bicycle', '89.00', 'Until the end of February, by appointment.'],
  },
  growing: {
    name: 'The office that grows with you',
    price: 'The tenth chair costs less than the first.',
    brand: 'Furniture that nobody notices because nobody aches.',
    service: 'Planned, delivered and put up by our own people.',
    product: 'Desks and chairs that can be added to for ten years.',
    standard: 'A broken part is replaced on the next working day.',
    offer: ['Ten workplaces, put up', '8900.00', 'Desk, chair and lamp, ten of each. Delivery within four weeks.'],
  },
} as const;

/** Adds the rows of the catalogue. */
export function addCatalogue(world: World, rows: RowCollector): void {
  addStaff(world, rows);
  addProducts(world, rows);
  addCampaigns(world, rows);
  addSegments(world, rows);
  for (const [key, [question, kind, title]] of Object.entries(SURVEYS)) {
    const begin = catalogueBegin(world);
    const id = world.id('survey', 0, key);
    rows.add(Survey, { id, title, kind, question, active: true, createdAt: begin, updatedAt: begin });
  }
}

/** When all this began. */
export function catalogueBegin(world: World): Date {
  return world.daysAgo(1_600);
}

function addProducts(world: World, rows: RowCollector): void {
  const begin = catalogueBegin(world);
  PRODUCTS.forEach(({ name, category, cents }, number) => {
    rows.add(Product, {
      id: world.id('product', number),
      name,
      sku: `P-${String(number + 1).padStart(3, '0')}`,
      category,
      unitPriceAmount: (cents / 100).toFixed(2),
      currency: 'EUR',
      active: true,
      createdAt: begin,
      updatedAt: begin,
    });
  });
}

function addCampaigns(world: World, rows: RowCollector): void {
  CAMPAIGNS.forEach(([name, channel, daysAgo, objective], number) => {
    rows.add(Campaign, {
      id: world.id('campaign', number),
      name,
      channel,
      objective,
      budgetAmount: String(2_000 + number * 1_500),
      budgetCurrency: 'EUR',
      controlShareText: String(CONTROL_SHARE),
      startsAt: world.daysAgo(daysAgo),
      endsAt: world.daysAgo(daysAgo - 30),
      createdAt: world.daysAgo(daysAgo + 14),
    });
  });
}

function addSegments(world: World, rows: RowCollector): void {
  const createdAt = catalogueBegin(world);
  for (const [key, { name, description, rule, ruleTree }] of Object.entries(SEGMENTS)) {
    const id = world.id('segment', 0, key);
    const words = ruleTree === null ? rule : ruleInWords(ruleTree);
    rows.add(Segment, { id, name, description, rule: words, ruleTree, createdAt });
  }
  for (const [key, { offer, ...promised }] of Object.entries(PROPOSITIONS)) {
    const propositionId = world.id('proposition', 0, key);
    rows.add(Proposition, { id: propositionId, segmentId: world.id('segment', 0, key), ...promised, createdAt });
    const [name, priceAmount, terms] = offer;
    rows.add(Offer, {
      id: world.id('offer', 0, key),
      name,
      propositionId,
      campaignId: null,
      validFrom: world.daysAgo(30),
      validUntil: world.daysAgo(-95),
      priceAmount,
      priceCurrency: 'EUR',
      terms,
      createdAt: world.daysAgo(35),
    });
  }
}
