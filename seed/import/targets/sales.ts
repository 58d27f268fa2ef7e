import { Big } from 'big.js';
import { Account } from '../../../subgraphs/sales/entities/Account.js';
import { Activity, ActivityKind } from '../../../subgraphs/sales/entities/Activity.js';
import { ActivityDocument, MAX_DOCUMENTS } from '../../../subgraphs/sales/entities/ActivityDocument.js';
import { CategorySpend } from '../../../subgraphs/sales/entities/CategorySpend.js';
import { Lead, LeadSource } from '../../../subgraphs/sales/entities/Lead.js';
import { LeadAuthority } from '../../../subgraphs/sales/entities/LeadQualification.js';
import { Opportunity } from '../../../subgraphs/sales/entities/Opportunity.js';
import { Order, OrderStatus } from '../../../subgraphs/sales/entities/Order.js';
import { OrderLine } from '../../../subgraphs/sales/entities/OrderLine.js';
import { Product } from '../../../subgraphs/sales/entities/Product.js';
import { StageChange } from '../../../subgraphs/sales/entities/StageChange.js';
import { LeadStatus } from '../../../subgraphs/sales/leadStatus.js';
import { DEFAULT_PROBABILITY, isOpen, OpportunityStage } from '../../../subgraphs/sales/opportunityStages.js';
import { sales } from '../../../subgraphs/sales/subgraph.js';
import { bothOrNone, needed, notBefore } from './checks.js';
import type { ImportTarget, RowValues } from './ImportTarget.js';
import {
  atMost,
  currency,
  email,
  from,
  notNegative,
  oneOf,
  phone,
  positive,
  share,
  webAddress,
  words,
} from './rules.js';

/** The decimals of an amount, as `numeric(19,4)` and the graph's Decimal have them. */
const DECIMALS = 4;

function completeOpportunity(row: RowValues): void {
  const stage = row.get('stage') as OpportunityStage;
  if (isOpen(stage)) {
    if (row.get('probability') === null) row.set('probability', DEFAULT_PROBABILITY[stage]);
    // Many systems have one column for the day on which it was decided and the one on which it should be.
    const closed = row.get('closedAt');
    if (closed !== null && row.get('expectedCloseOn') === null) row.set('expectedCloseOn', closed.slice(0, 10));
    row.set('closedAt', null);
  } else {
    row.set('probability', DEFAULT_PROBABILITY[stage]);
    notBefore(row, 'closedAt', 'openedAt');
  }
}

/** The price and the discount of a line of which only the sum is known: the least price that is not below it. */
function priceOfTotal(total: Big, quantity: Big): { price: Big; discount: Big } {
  const price = total.div(quantity).round(DECIMALS, Big.roundUp);
  return { price, discount: price.times(quantity).minus(total) };
}

function completeOrderLine(row: RowValues): void {
  const quantity = new Big(row.get('quantity') ?? 1);
  const [rate, total] = [row.get('discountRate'), row.get('lineTotal')];
  if (total !== null && row.get('unitPriceAmount') === null) {
    const { price, discount } = priceOfTotal(new Big(total), quantity);
    row.set('unitPriceAmount', price.toFixed());
    row.set('discountAmount', discount.toFixed());
  }
  needed(row, 'unitPriceAmount', 'a line without lineTotal');
  const gross = quantity.times(row.get('unitPriceAmount') ?? 0);
  if (row.get('discountAmount') === null) {
    row.set(
      'discountAmount',
      gross
        .times(rate ?? 0)
        .round(DECIMALS, Big.roundHalfUp)
        .toFixed(),
    );
  }
  if (gross.lt(row.get('discountAmount') ?? 0))
    row.refuse('discountAmount', `is more than the line costs, ${gross.toFixed()}`);
}

const SUM_OF_LINES = `(SELECT coalesce(sum(l.quantity * l.unit_price - l.discount), 0)
  FROM "sales"."order_line" AS l WHERE l.order_id = o.id)`;

/** What a mapping can write of sales. */
export const salesTargets: Readonly<Record<string, ImportTarget>> = {
  'sales.Product': {
    subgraph: sales,
    entity: Product,
    rules: { name: atMost(200), sku: atMost(200), category: atMost(200), unitPriceAmount: notNegative, currency },
    initial: { active: 'true' },
    money: { unitPrice: { amount: 'unitPriceAmount', currency: 'currency' } },
  },
  'sales.Opportunity': {
    subgraph: sales,
    entity: Opportunity,
    rules: {
      name: atMost(200),
      stage: oneOf(OpportunityStage),
      amountValue: notNegative,
      currency,
      probability: share,
      lostReason: atMost(1000),
      competitor: atMost(200),
    },
    money: { amount: { amount: 'amountValue', currency: 'currency' } },
    fills: { probability: 'always' },
    sets: { closedAt: ['expectedCloseOn'], stage: ['closedAt'] },
    gives: { to: 'ownerId', isOpen: (of) => `${of('stage')} NOT IN ('WON', 'LOST')` },
    complete: completeOpportunity,
  },
  'sales.StageChange': { subgraph: sales, entity: StageChange, rules: { stage: oneOf(OpportunityStage) } },
  'sales.Order': {
    subgraph: sales,
    entity: Order,
    rules: { number: atMost(100), status: oneOf(OrderStatus), currency, totalAmount: notNegative },
    names: { total: 'totalAmount' },
    initial: { status: 'DELIVERED', totalAmount: '0' },
  },
  'sales.OrderLine': {
    subgraph: sales,
    entity: OrderLine,
    rules: {
      position: from(0, 199),
      quantity: positive,
      unitPriceAmount: notNegative,
      unitCostAmount: notNegative,
      discountAmount: notNegative,
      discountRate: share,
      lineTotal: notNegative,
    },
    names: { unitPrice: 'unitPriceAmount', unitCost: 'unitCostAmount', discount: 'discountAmount' },
    virtual: {
      discountRate: { type: 'decimal', says: 'The share of the line that is taken off, where there is no amount.' },
      lineTotal: { type: 'decimal', says: 'What the line costs in all, where there is no unit price.' },
    },
    sets: { lineTotal: ['unitPriceAmount'] },
    fills: { discountAmount: 'always' },
    complete: completeOrderLine,
    decides: { entity: 'sales.Order', field: 'total' },
    afterwards: (staged) => `
      UPDATE "sales"."customer_order" AS o SET total = ${SUM_OF_LINES}, version = o.version + 1, updated_at = now()
      WHERE o.id IN (SELECT order_id FROM ${staged}) AND o.total <> ${SUM_OF_LINES}`,
  },
  'sales.Lead': {
    subgraph: sales,
    entity: Lead,
    rules: {
      name: atMost(200),
      company: atMost(200),
      email,
      phone,
      source: oneOf(LeadSource),
      interest: atMost(1000),
      status: oneOf(LeadStatus),
      budgetAmount: notNegative,
      budgetCurrency: currency,
      authority: oneOf(LeadAuthority),
      need: atMost(1000),
      disqualifiedReason: atMost(1000),
    },
    initial: { status: 'NEW', source: 'OTHER' },
    money: { budget: { amount: 'budgetAmount', currency: 'budgetCurrency' } },
    sets: { convertedAt: ['status'] },
    gives: { to: 'ownerId', isOpen: (of) => `${of('status')} IN ('NEW', 'WORKING', 'QUALIFIED')` },
    complete(row) {
      // A funnel often says no more of a lead than whether and when it was won.
      if (row.get('status') === null) row.set('status', row.get('convertedAt') === null ? 'NEW' : 'CONVERTED');
      const isConverted = row.get('status') === 'CONVERTED';
      if (isConverted)
        for (const field of ['customerId', 'convertedAt']) needed(row, field, 'a lead that is CONVERTED');
      else if (row.get('convertedAt') !== null) row.set('convertedAt', null);
      notBefore(row, 'convertedAt', 'capturedAt');
    },
  },
  'sales.Activity': {
    subgraph: sales,
    entity: Activity,
    rules: {
      kind: oneOf(ActivityKind),
      subject: atMost(200),
      notes: words,
      outcome: atMost(1000),
      nextStepDescription: atMost(500),
    },
    sets: { nextStepDueAt: ['nextStepReleased'], nextStepOwnerId: ['nextStepReleased'] },
    gives: {
      to: 'nextStepOwnerId',
      otherwise: 'employeeId',
      released: 'nextStepReleased',
      isOpen: (of) => `${of('nextStepDueAt')} IS NOT NULL AND ${of('nextStepDoneAt')} IS NULL`,
    },
    complete(row) {
      row.set('nextStepReleased', 'false');
      bothOrNone(row, 'nextStepDescription', 'nextStepDueAt');
      if (row.get('nextStepDoneAt') !== null) needed(row, 'nextStepDueAt', 'a next step that is done');
      notBefore(row, 'nextStepDueAt', 'occurredAt');
    },
  },
  'sales.ActivityDocument': {
    subgraph: sales,
    entity: ActivityDocument,
    rules: { position: from(0, MAX_DOCUMENTS - 1), name: atMost(200), url: webAddress, mimeType: atMost(127) },
  },
  'sales.Account': {
    subgraph: sales,
    entity: Account,
    initial: { since: 'now' },
    gives: { to: 'ownerId', isOpen: () => 'true' },
  },
  'sales.CategorySpend': {
    subgraph: sales,
    entity: CategorySpend,
    rules: { year: from(1900, 2199), currency, amountValue: notNegative, source: atMost(200) },
    money: { amount: { amount: 'amountValue', currency: 'currency' } },
  },
};
