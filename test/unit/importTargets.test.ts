import { describe, expect, it } from '@jest/globals';
import { subgraphs } from '../../subgraphs/all.js';
import { compileMapping } from '../../seed/import/compileMapping.js';
import { describeEntities } from '../../seed/import/describeEntities.js';
import { readEntityTable } from '../../seed/import/EntityTable.js';
import { parseMapping } from '../../seed/import/mapping.js';
import { RowReader } from '../../seed/import/SourceRow.js';
import { importTargets } from '../../seed/import/targets/all.js';

const entries = Object.entries(importTargets);

describe('what can be imported', () => {
  it('is something of each subgraph', () => {
    expect(new Set(entries.map(([name]) => name.split('.')[0]))).toEqual(new Set(subgraphs.map(({ name }) => name)));
  });

  it.each(entries)('%s speaks of columns that it has', async (name, target) => {
    expect(name.startsWith(`${target.subgraph.name}.`)).toBe(true);
    const { columns } = await readEntityTable(target);
    const { rules = {}, initial = {}, money = {}, names = {}, sets = {}, fills = {}, virtual = {}, gives } = target;
    const givenBy: string[] = [];
    gives?.isOpen((property) => `p${givenBy.push(property)}`);
    const properties = [
      ...givenBy,
      ...[gives?.to, gives?.otherwise, gives?.released].filter((property) => property !== undefined),
      ...Object.keys(rules).filter((property) => !(property in virtual)),
      ...[initial, fills].flatMap((given) => Object.keys(given)),
      ...Object.values(money).flatMap(({ amount, currency }) => [amount, currency]),
      ...Object.values(names),
      ...Object.values(sets).flat(),
      ...(target.appendOnly ?? []),
      ...(target.ids ?? []),
    ];
    expect(properties.filter((property) => !columns.has(property))).toEqual([]);
    expect(Object.keys(virtual).filter((field) => columns.has(field))).toEqual([]);
    const { entity, field } = target.decides ?? { entity: name, field: '' };
    expect(await describeEntities(importTargets, entity)).toContain(`  ${field}`);
  });

  it('is listed for people who write mappings, by name and field by field', async () => {
    const all = await describeEntities(importTargets, undefined);
    expect(all.split('\n').slice(0, entries.length)).toEqual(entries.map(([name]) => name).sort());
    const fields = await describeEntities(importTargets, 'service.Case');
    expect(fields).toMatch(/^ {2}kind +text +needed +QUESTION PROBLEM COMPLAINT ORDER_FOLLOW_UP$/m);
    expect(fields).toMatch(/^ {2}customerId +reference +needed$/m);
    expect(fields).toMatch(/^ {2}priority +text +LOW NORMAL HIGH URGENT; NORMAL where it is left out$/m);
    expect(fields).toMatch(/^ {2}slaKept +boolean +Whether its service level agreement was kept/m);
    expect(fields).not.toMatch(/^ {2}(id|serial|sourceKey|version) /m);
    await expect(describeEntities(importTargets, 'service.Cases')).rejects.toThrow(
      /cannot be imported; these can: .*service\.Case,/,
    );
  });
});

/** What a row of this entity becomes: its values by property, and why it cannot go in. */
async function rowOf(entity: string, fields: Readonly<Record<string, string>>) {
  const columns = Object.keys(fields);
  const references = new Set(
    [...(await readEntityTable(importTargets[entity] ?? never())).columns.values()].flatMap(({ property, type }) =>
      type === 'uuid' ? [property] : [],
    ),
  );
  const money = importTargets[entity]?.money ?? {};
  const spec = columns.map((field) => {
    if (references.has(field)) return `${field}: { reference: this }`;
    return `${field}: { column: ${field}${field in money ? ', currency: EUR' : ''} }`;
  });
  const text = `
source: s
zone: UTC
files: { f: { file: f.csv, key: key, targets: [{ entity: ${entity}, fields: { ${spec.join(', ')} } }] } }`;
  const [plan] = await compileMapping(parseMapping(text, 'm'), importTargets, 'm');
  if (plan === undefined) throw new Error('no plan');
  const draft = plan.draft(new RowReader(['key', ...columns], plan.spec).row(2, ['k', ...Object.values(fields)]));
  const cells = draft.rows[0]?.[0]?.cells ?? [];
  const [target] = plan.targets;
  return {
    values: Object.fromEntries((target?.columns ?? []).map(({ column }, index) => [column.property, cells[index]])),
    problems: draft.problems.map(({ column, reason }) => `${column} ${reason}`),
  };
}

function never(): never {
  throw new Error('no such entity');
}

const CASE = { customerId: '', subject: 'x', kind: 'PROBLEM', channel: 'WEB', openedAt: '2024-03-01' };
const DEAL = { name: 'x', openedAt: '2024-03-01', closedAt: '2024-04-01' };
const LINE = { orderId: '', position: '0', productId: '', quantity: '3' };

describe('a row', () => {
  it.each<[string, string, Record<string, string>, Record<string, string | null>]>([
    [
      'of a case gets its due times, around the clock',
      'service.Case',
      { ...CASE, status: 'OPEN' },
      { firstResponseDueAt: '2024-03-01T08:00:00.000Z', resolutionDueAt: '2024-03-02T00:00:00.000Z' },
    ],
    [
      'of a case that kept its agreement is due when it was resolved',
      'service.Case',
      { ...CASE, status: 'CLOSED', closedAt: '2024-03-09', slaKept: 'yes' },
      { resolvedAt: '2024-03-09T00:00:00.000Z', resolutionDueAt: '2024-03-09T00:00:00.000Z' },
    ],
    [
      'of a case that broke it was due before',
      'service.Case',
      { ...CASE, status: 'RESOLVED', resolvedAt: '2024-03-09', slaKept: 'no' },
      { resolutionDueAt: '2024-03-08T23:59:59.000Z' },
    ],
    [
      'of a case that is open again forgets its resolution',
      'service.Case',
      { ...CASE, status: 'OPEN', resolvedAt: '2024-03-09' },
      { resolvedAt: null },
    ],
    [
      'of an open deal expects to close when it says it closes',
      'sales.Opportunity',
      { ...DEAL, stage: 'PROPOSAL' },
      { probability: '0.4', expectedCloseOn: '2024-04-01', closedAt: null },
    ],
    [
      'of a lost deal is sure',
      'sales.Opportunity',
      { ...DEAL, stage: 'LOST', probability: '0.5' },
      { probability: '0', closedAt: '2024-04-01T00:00:00.000Z' },
    ],
    [
      'of an order line takes a share off',
      'sales.OrderLine',
      { ...LINE, unitPrice: '9.99', discountRate: '0.15' },
      { discountAmount: '4.4955' },
    ],
    [
      'of an order line with its sum alone costs just that',
      'sales.OrderLine',
      { ...LINE, lineTotal: '10' },
      { unitPriceAmount: '3.3334', discountAmount: '0.0002' },
    ],
    [
      'of a lead that was won is converted',
      'sales.Lead',
      { customerId: '', name: 'x', capturedAt: '2024-01-01', convertedAt: '2024-02-01' },
      { status: 'CONVERTED' },
    ],
  ])('%s', async (_what, entity, fields, expected) => {
    const { values, problems } = await rowOf(entity, fields);
    expect(problems).toEqual([]);
    expect(values).toMatchObject(expected);
  });

  it.each<[string, string, Record<string, string>, string]>([
    [
      'a case that is over without saying when',
      'service.Case',
      { ...CASE, status: 'CLOSED' },
      ' resolvedAt is missing, and a case that is CLOSED needs it',
    ],
    [
      'a case that is resolved before it began',
      'service.Case',
      { ...CASE, status: 'RESOLVED', resolvedAt: '2024-02-01' },
      'resolvedAt is before openedAt',
    ],
    [
      'a score off its scale',
      'feedback.SurveyResponse',
      { surveyId: '', customerId: '', kind: 'CSAT', score: '9', respondedAt: '2024-01-01' },
      'score is not from 1 to 5, the scale of CSAT',
    ],
    [
      'a grant without its words',
      'marketing.Consent',
      { customerId: '', purpose: 'MARKETING', action: 'GRANTED', at: '2024-01-01' },
      ' text is missing, and a consent that is GRANTED needs it',
    ],
    [
      'an email address as no email address is stored',
      'identity.CustomerIdentifier',
      { customerId: '', type: 'EMAIL', value: 'A@x.org' },
      'value is not an email address as it is stored: say type: email',
    ],
    [
      'a discount above the price',
      'sales.OrderLine',
      { ...LINE, unitPrice: '1', discount: '4' },
      'discount is more than the line costs, 3',
    ],
    [
      'half a next step',
      'sales.Activity',
      { customerId: '', kind: 'CALL', subject: 'x', occurredAt: '2024-01-01', nextStepDueAt: '2024-02-01' },
      ' nextStepDescription is missing, and goes with nextStepDueAt',
    ],
  ])('is refused for %s', async (_what, entity, fields, problem) => {
    expect((await rowOf(entity, fields)).problems).toEqual([problem]);
  });
});

describe('a total', () => {
  it('that follows from the lines is not taken from elsewhere', async () => {
    const text = `
source: s
zone: UTC
files:
  orders: { file: o.csv, key: no, targets: [{ entity: sales.Order, fields: { number: no, customerId: { reference: this }, placedAt: at,
    currency: { constant: EUR }, total: total } }] }
  lines: { file: l.csv, key: no, targets: [{ entity: sales.OrderLine, fields: { orderId: { column: no, reference: orders },
    position: at, productId: { reference: this }, quantity: n, unitPrice: p } }] }`;
    await expect(compileMapping(parseMapping(text, 'm'), importTargets, 'm')).rejects.toThrow(
      'm: files.orders.targets[0].fields.total follows from sales.OrderLine: leave it out',
    );
  });
});
