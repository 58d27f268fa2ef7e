import { type EntityColumn, type EntityTable, readEntityTable } from '../EntityTable.js';
import { KEPT } from '../compileTarget.js';
import type { ImportTarget } from '../targets/ImportTarget.js';
import type { ColumnGuess } from './guessColumn.js';

/** A field of a suggested target. */
export interface FieldGuess {
  /** As mappings call it. */
  readonly name: string;
  readonly column: EntityColumn;
  /** Whether it is an amount of money, which needs its currency. */
  readonly isMoney: boolean;
  readonly isNeeded: boolean;
  /** The values that it may have, where they are few. */
  readonly allowed: readonly string[];
  /** The column of the file that seems to hold it. */
  readonly from: ColumnGuess | undefined;
}

/** An entity that the rows of a file seem to be. */
export interface TargetGuess {
  readonly entity: string;
  readonly target: ImportTarget;
  readonly fields: readonly FieldGuess[];
  readonly score: number;
}

/** What the name of a file of such records, or of one of its columns, has in it. */
const ENTITY_WORDS: Readonly<Record<string, RegExp>> = {
  'identity.Customer': /customer|client|account|compan|contact|person|patient|member|donor|supplier|kunden/i,
  'identity.Employee': /employee|agent|staff|seller|sales_?(team|rep)|user|mitarbeiter/i,
  'sales.Product': /product|article|sku|item|artikel/i,
  'sales.Order': /order|purchase|invoice|bestell/i,
  'sales.OrderLine': /order_?(detail|line|item)|line_?item/i,
  'sales.Lead': /lead|mql|prospect/i,
  'sales.Opportunity': /opportunit|deal|pipeline|funnel/i,
  'sales.Activity': /activit|call|meeting|visit/i,
  'service.Case': /case|ticket|incident|complaint|issue|request/i,
  'service.CaseMessage': /message|comment|repl(y|ies)/i,
  'feedback.SurveyResponse': /survey|nps|csat|response|score/i,
  'feedback.Review': /review|rating/i,
  'marketing.Campaign': /campaign/i,
  'marketing.Exposure': /exposure|send|sent|open|click/i,
  'marketing.Consent': /consent|opt_?(in|out)|subscription/i,
  'marketing.Trait': /trait|attribute|segment/i,
  'touchpoints.Touchpoint': /touchpoint|interaction|event|contact_?(log|history)/i,
};

/** What exports call a field, without blanks and in small letters. */
const FIELD_WORDS: Readonly<Record<string, readonly string[]>> = {
  displayName: [
    'name',
    'fullname',
    'customername',
    'companyname',
    'company',
    'account',
    'accountname',
    'contactname',
    'client',
  ],
  name: ['title', 'fullname', 'productname', 'product', 'dealname', 'opportunityname', 'firstname', 'employeename'],
  email: ['mail', 'emailaddress', 'contactemail', 'customeremail'],
  phone: ['phonenumber', 'telephone', 'tel', 'mobile', 'cell'],
  company: ['companyname', 'organisation', 'organization', 'account'],
  city: ['town', 'ort', 'suburb'],
  postalCode: ['zip', 'zipcode', 'postcode', 'plz'],
  country: ['countrycode', 'land', 'officelocation'],
  team: ['department', 'group', 'manager', 'office', 'region'],
  title: ['jobtitle', 'position', 'role', 'headline', 'subject'],
  sku: ['code', 'articleno', 'productcode'],
  category: ['series', 'group', 'categoryname', 'department', 'departmentname'],
  unitPrice: ['price', 'salesprice', 'listprice'],
  unitCost: ['cost', 'costprice'],
  quantity: ['qty', 'count', 'pieces'],
  discount: ['rebate'],
  number: ['orderno', 'ordernumber', 'orderid', 'invoiceno'],
  placedAt: ['orderdate', 'orderedat', 'purchasedate', 'date', 'createdat'],
  total: ['amount', 'totalamount', 'sum'],
  amount: ['value', 'closevalue', 'dealvalue', 'price', 'revenue'],
  stage: ['dealstage', 'status', 'state', 'phase'],
  openedAt: ['createdat', 'created', 'opened', 'createddate', 'engagedate', 'datereceived', 'date', 'syscreatedat'],
  closedAt: ['closed', 'closedate', 'closeddate', 'wondate'],
  resolvedAt: ['resolved', 'resolveddate', 'solvedat'],
  firstRespondedAt: ['firstresponse', 'firstresponseat', 'firstreplyat'],
  capturedAt: ['createdat', 'firstcontactdate', 'created', 'date'],
  source: ['origin', 'leadsource', 'utmsource'],
  interest: ['productinterest', 'landingpageid'],
  subject: ['title', 'shortdescription', 'summary', 'issue', 'topic', 'problem'],
  status: ['state', 'stage', 'incidentstate', 'orderstatus'],
  channel: ['submittedvia', 'contacttype', 'via', 'medium'],
  priority: ['urgency', 'severity'],
  body: ['text', 'message', 'comment', 'content'],
  sentAt: ['createdat', 'date', 'time'],
  score: ['rating', 'nps', 'csat', 'answer', 'points'],
  rating: ['stars', 'score'],
  verbatim: ['comment', 'feedback', 'text', 'reason'],
  text: ['reviewtext', 'review', 'comment', 'body'],
  respondedAt: ['surveyedat', 'createdat', 'answeredat', 'date', 'submittedat'],
  publishedAt: ['reviewdate', 'createdat', 'date'],
  recommended: ['recommendedind', 'recommend'],
  occurredAt: ['date', 'time', 'timestamp', 'createdat', 'at'],
  summary: ['subject', 'description', 'notes'],
  at: ['date', 'time', 'timestamp', 'createdat'],
  observedAt: ['date', 'createdat'],
  createdAt: ['created', 'createddate', 'signupdate', 'since', 'registeredat', 'membersince'],
  action: ['status', 'consent'],
  purpose: ['topic', 'type'],
  startsAt: ['start', 'startdate', 'begin'],
  endsAt: ['end', 'enddate'],
};

const plain = (name: string) => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/** How well a column's name says that it holds a field: 3 the same, 2 another word for it, 0 no. */
function likeness(field: string, column: string): number {
  const [wanted, given] = [plain(field), plain(column)];
  if (wanted === given || wanted.replace(/at$/, 'date') === given) return 3;
  const words = Object.hasOwn(FIELD_WORDS, field) ? (FIELD_WORDS[field] ?? []) : [];
  const index = words.indexOf(given);
  return index < 0 ? 0 : 2 - index / 100;
}

/**
 * The entities that the rows of a file may be, the likeliest first.
 * @param file its name
 */
export async function suggestTargets(
  file: string,
  columns: readonly ColumnGuess[],
  targets: Readonly<Record<string, ImportTarget>>,
): Promise<TargetGuess[]> {
  const guesses: TargetGuess[] = [];
  for (const [entity, words] of Object.entries(ENTITY_WORDS)) {
    const target = targets[entity];
    if (target === undefined) continue;
    const fields = fieldsOf(target, await readEntityTable(target), columns);
    const named = fields.reduce((sum, { name, from }) => sum + (from ? likeness(name, from.name) : 0), 0);
    const inFile = words.test(file) ? 6 : 0;
    const inColumns = columns.some(({ name }) => words.test(name)) ? 1 : 0;
    guesses.push({ entity, target, fields, score: named + inFile + inColumns });
  }
  return guesses.sort((one, other) => other.score - one.score);
}

function fieldsOf(target: ImportTarget, table: EntityTable, columns: readonly ColumnGuess[]): FieldGuess[] {
  const { money = {}, names = {}, rules = {}, fills = {}, initial = {} } = target;
  const shownAs = new Map(Object.entries(names).map(([name, property]) => [property, name]));
  const amounts = new Map(Object.entries(money).map(([name, { amount }]) => [amount, name]));
  const currencies = new Set(Object.values(money).map(({ currency }) => currency));
  const hidden = (property: string) =>
    currencies.has(property) || ['id', 'sourceKey', 'demoLinked', 'updatedAt', 'version'].includes(property);
  const open = [...table.columns.values()].filter(
    (column) => !hidden(column.property) && !(column.property === 'source' && table.columns.has('sourceKey')),
  );
  const candidates = open.map((column) => ({
    column,
    name: amounts.get(column.property) ?? shownAs.get(column.property) ?? column.property,
  }));
  const taken = assign(candidates, columns);
  return candidates.map(({ column, name }) => {
    const { property } = column;
    const isKept = KEPT.some((kept) => kept === property);
    const isFilled = property in fills || property in initial || isKept || column.generated;
    return {
      name,
      column,
      isMoney: amounts.has(property),
      isNeeded: !column.nullable && !isFilled,
      allowed: allowedValues(rules[property]),
      from: taken.get(property),
    };
  });
}

/** Gives each field the column that is likest to hold it; no column to two fields. */
function assign(
  fields: readonly { column: EntityColumn; name: string }[],
  columns: readonly ColumnGuess[],
): Map<string, ColumnGuess> {
  const pairs = fields.flatMap(({ column, name }) =>
    columns
      .filter((guess) => column.type === 'text' || (column.type !== 'uuid' && guess.fits.has(column.type)))
      .map((guess) => ({ property: column.property, guess, score: likeness(name, guess.name) * weight(column) })),
  );
  const taken = new Map<string, ColumnGuess>();
  for (const { property, guess, score } of pairs.sort((one, other) => other.score - one.score)) {
    if (score > 0 && !taken.has(property) && ![...taken.values()].includes(guess)) taken.set(property, guess);
  }
  return taken;
}

/** When a row was made is seldom what an export's date means: other fields come first. */
const weight = ({ property }: EntityColumn) => (KEPT.some((kept) => kept === property) ? 0.1 : 1);

/** The values of an enum, which its rule describes. */
function allowedValues(rule: NonNullable<ImportTarget['rules']>[string] | undefined): string[] {
  return rule !== undefined && 'options' in rule && Array.isArray(rule.options) ? rule.options.map(String) : [];
}
