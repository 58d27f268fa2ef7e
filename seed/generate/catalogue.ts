import { Employee } from '../../subgraphs/identity/entities/Employee.js';
import { Campaign } from '../../subgraphs/marketing/entities/Campaign.js';
import { Segment } from '../../subgraphs/marketing/entities/Segment.js';
import { Product } from '../../subgraphs/sales/entities/Product.js';
import { GoodwillAuthority } from '../../subgraphs/service/entities/GoodwillAuthority.js';
import { Survey } from '../../subgraphs/feedback/entities/Survey.js';
import type { RowCollector } from './RowCollector.js';
import type { World } from './World.js';

/** What a company has before it has customers: people, products, campaigns, segments, surveys. */

/** Account managers first, service agents after them. */
const EMPLOYEES = [
  ['Anna Berger', 'Sales', 'Account manager'],
  ['Tom Whitfield', 'Sales', 'Account manager'],
  ['Claire Dubois', 'Sales', 'Account manager'],
  ['Miguel Santos', 'Sales', 'Account manager'],
  ['Priya Nair', 'Service', 'Service agent'],
  ['Jonas Lindner', 'Service', 'Service agent'],
  ['Hannah Cole', 'Service', 'Service agent'],
  ['Luc Moreau', 'Service', 'Team lead'],
] as const;

export const ACCOUNT_MANAGERS = [0, 1, 2, 3] as const;
export const SERVICE_AGENTS = [4, 5, 6, 7] as const;

/** Name, category, price in cents. */
export const PRODUCTS = [
  ['Espresso machine Aria', 'Coffee', 64_900],
  ['Grinder Mola', 'Coffee', 18_900],
  ['Coffee beans, 1 kg', 'Coffee', 2_450],
  ['Cleaning set', 'Coffee', 1_990],
  ['Standing desk Nord', 'Office', 54_900],
  ['Office chair Linea', 'Office', 38_900],
  ['Desk lamp Lume', 'Office', 8_900],
  ['Noise-cancelling headset', 'Office', 21_900],
  ['City bicycle Brisa', 'Mobility', 89_900],
  ['Electric bicycle Volta', 'Mobility', 259_900],
  ['Bicycle helmet', 'Mobility', 6_990],
  ['Yearly maintenance', 'Service', 12_900],
  ['Extended warranty', 'Service', 9_900],
] as const;

/** Name, channel, days ago at which it began, objective. */
export const CAMPAIGNS = [
  ['Spring offers', 'EMAIL', 1_300, 'Bring dormant customers back'],
  ['Bicycle season', 'EMAIL', 900, 'Sell electric bicycles to owners of city bicycles'],
  ['Coffee club', 'EMAIL', 520, 'Win subscribers for beans'],
  ['Office upgrade', 'EMAIL', 210, 'Cross-sell chairs to buyers of desks'],
  ['Autumn service check', 'APP', 60, 'Fill the workshop before winter'],
] as const;

export const SEGMENTS = {
  top: ['Top customers', 'The customers with the highest revenue.', 'revenue to date >= 5000'],
  fresh: ['New customers', 'Known for less than ninety days.', 'tenure < 90 days'],
  atRisk: ['At risk', 'Complained, and have not ordered since.', 'complaint after the last order'],
  newsletter: ['Newsletter', 'Agreed to offers by email.', 'consent MARKETING by EMAIL'],
} as const;

export const SURVEYS = {
  nps: ['How likely are you to recommend us to a friend or colleague?', 'NPS', 'Relationship survey'],
  csat: ['How satisfied are you with this purchase?', 'CSAT', 'After delivery'],
  ces: ['How easy was it to get your issue solved?', 'CES', 'After a case'],
} as const;

/** Adds the rows of the catalogue. */
export function addCatalogue(world: World, rows: RowCollector): void {
  const begin = world.daysAgo(1_600);
  EMPLOYEES.forEach(([name, team, title], index) => {
    const email = `${name.toLowerCase().replace(' ', '.')}@customer360.example`;
    rows.add(Employee, { id: world.id('employee', index), name, email, team, title, active: true, createdAt: begin });
  });
  for (const agent of SERVICE_AGENTS) {
    const employeeId = world.id('employee', agent);
    for (const currency of ['EUR', 'USD', 'GBP']) {
      const id = world.id('authority', agent, currency);
      rows.add(GoodwillAuthority, {
        id,
        employeeId,
        limitValue: '250.00',
        limitCurrency: currency,
        version: 1,
        setAt: begin,
      });
    }
  }
  PRODUCTS.forEach(([name, category, cents], index) => {
    const sku = `P-${String(index + 1).padStart(3, '0')}`;
    const price = (cents / 100).toFixed(2);
    rows.add(Product, {
      id: world.id('product', index),
      name,
      sku,
      category,
      unitPriceAmount: price,
      currency: 'EUR',
      active: true,
      createdAt: begin,
      updatedAt: begin,
    });
  });
  CAMPAIGNS.forEach(([name, channel, daysAgo, objective], index) => {
    rows.add(Campaign, {
      id: world.id('campaign', index),
      name,
      channel,
      objective,
      budgetAmount: String(2_000 + index * 1_500),
      budgetCurrency: 'EUR',
      controlShareText: '0.1',
      startsAt: world.daysAgo(daysAgo),
      endsAt: world.daysAgo(daysAgo - 30),
      createdAt: world.daysAgo(daysAgo + 14),
    });
  });
  for (const [key, [name, description, rule]] of Object.entries(SEGMENTS)) {
    rows.add(Segment, { id: world.id('segment', 0, key), name, description, rule, createdAt: begin });
  }
  for (const [key, [question, kind, title]] of Object.entries(SURVEYS)) {
    rows.add(Survey, { id: world.id('survey', 0, key), title, kind, question, active: true, createdAt: begin });
  }
}
