import { describe, expect, it } from '@jest/globals';
import { compileMapping, type FilePlan } from '../../seed/import/compileMapping.js';
import { parseMapping } from '../../seed/import/mapping.js';
import type { RecordDraft } from '../../seed/import/RecordDraft.js';
import { recordId } from '../../subgraphs/kit/flow/recordId.js';
import { RowReader } from '../../seed/import/SourceRow.js';
import { importTargets } from '../../seed/import/targets/all.js';

/** The plan of the only file of a mapping with these employee fields. */
async function planOf(fields: string, more = ''): Promise<FilePlan> {
  const text = `
source: shop
zone: Europe/Vienna
files:
  people:
    file: people.csv
    key: [key]
    ${more}
    targets: [{ entity: identity.Employee, fields: { ${fields} } }]`;
  const [plan] = await compileMapping(parseMapping(text, 'm.yaml'), importTargets, 'm.yaml');
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

function draftOf(plan: FilePlan, cells: Readonly<Record<string, string>>): RecordDraft {
  return plan.draft(new RowReader(Object.keys(cells), plan.spec).row(7, Object.values(cells)));
}

/** What a row writes into a field of the employee, or why it cannot go in. */
async function valueOf(field: string, spec: string, cell: string, more = '') {
  const plan = await planOf(field === 'name' ? `name: ${spec}` : `name: key, ${field}: ${spec}`, more);
  const draft = draftOf(plan, { key: 'k', a: cell });
  const [problem] = draft.problems;
  if (problem) return `${problem.column}=${problem.value}: ${problem.reason}`;
  const index = plan.targets[0]?.columns.findIndex(({ column }) => column.property === field) ?? -1;
  return draft.rows[0]?.[0]?.cells[index];
}

/** What a row writes into the roles of a customer, or why it cannot go in. */
async function rolesOf(spec: string, cell: string) {
  const text = `
source: shop
files:
  people:
    file: people.csv
    key: key
    targets: [{ entity: identity.Customer, fields: { kind: { constant: PERSON }, displayName: key, roles: ${spec} } }]`;
  const [plan] = await compileMapping(parseMapping(text, 'm.yaml'), importTargets, 'm.yaml');
  if (plan === undefined) throw new Error('no plan');
  const draft = draftOf(plan, { key: 'k', a: cell });
  const index = plan.targets[0]?.columns.findIndex(({ column }) => column.property === 'roles') ?? -1;
  return draft.problems[0]?.reason ?? draft.rows[0]?.[0]?.cells[index];
}

describe('text', () => {
  it.each([
    ['is trimmed', 'a', '  Ann  Lee\t', 'Ann  Lee'],
    ['is null when blank', 'a', '   ', null],
    ['has its default when blank', '{ column: a, default: none }', '', 'none'],
    ['is what the map says', '{ column: a, map: { W: West } }', ' W ', 'West'],
    [
      'is rejected when the map does not know it',
      '{ column: a, map: { W: West, E: East } }',
      'S',
      'a=S: is none of W, E',
    ],
    [
      'is never looked up in the prototype of the map',
      '{ column: a, map: { W: West } }',
      'constructor',
      'a=constructor: is none of W',
    ],
    ['is put into a template', "{ template: '{a} ({key})' }", 'W', 'W (k)'],
    ['is null when a column of the template is blank', "{ template: '{a} ({key})' }", '', null],
    ['keeps what would be a reference in a template', "{ template: '{a} ({key})' }", '{key} $& $1', '{key} $& $1 (k)'],
    [
      'is rejected with half of a surrogate pair',
      'a',
      'x\ud800y',
      'a=x\ud800y: has half of a surrogate pair in it, which no text may have',
    ],
    ['is rejected with a NUL character', 'a', 'x\0y', 'a=x\0y: has a NUL character in it, which no text may have'],
    ['is rejected when too long', 'a', 'x'.repeat(201), `a=${'x'.repeat(201)}: has more than 200 characters`],
    ['can be a number, written the one way', '{ column: a, type: decimal, scale: 1000000 }', '1100.04', '1100040000'],
    ['can be an email address', '{ column: a, type: email }', ' Ann@Example.COM', 'ann@example.com'],
    ['is rejected when it is no email address', '{ column: a, type: email }', 'ann', 'a=ann: is not an email address'],
    ['of a template can be mapped', "{ template: '{a}/{key}', map: { W/k: West } }", 'W', 'West'],
    ['can be a phone number', '{ column: a, type: phone }', '0043 1 234 5678', '+4312345678'],
  ])('%s', async (_what, spec, cell, expected) => {
    expect(await valueOf('team', spec, cell)).toBe(expected);
  });

  it('is rejected when missing where the field needs a value', async () => {
    expect(await valueOf('name', 'a', '')).toBe('a=: is missing, and name needs a value');
  });

  it('is missing when the file or the column says so, and mended by the column', async () => {
    const more = 'missing: [N/A]\n    columns: { a: { missing: [999], replace: { technolgy: technology } } }';
    const values = ['N/A', '999', 'technolgy', 'retail', ''].map((cell) => valueOf('team', 'a', cell, more));
    expect(await Promise.all(values)).toEqual([null, null, 'technology', 'retail', null]);
  });
});

describe('numbers', () => {
  it.each([
    ['1234.5', '', '1234.5'],
    ['-0.25', '', '-0.25'],
    ['1.234.567,89', ", decimalMark: ',', thousands: '.'", '1234567.89'],
    ['1,234', ", thousands: ','", '1234'],
    ['$1,234.50', ", thousands: ',', symbols: [$]", '1234.5'],
    ['-$ 1,234.50', ", thousands: ',', symbols: [$]", '-1234.5'],
    ['$-1,234.50', ", thousands: ',', symbols: [$]", '-1234.5'],
    ['US$12', ', symbols: [$, US$]', '12'],
    ['1.234,50\u00A0€', ", decimalMark: ',', thousands: '.', symbols: [€]", '1234.5'],
    ['\u22121\u202F234,5 EUR', ", decimalMark: ',', thousands: ' ', symbols: [€, EUR]", '-1234.5'],
    ['CHF 1’234.50', `, thousands: "'", symbols: [CHF]`, '1234.5'],
    ['(12.00)', ', negative: parentheses', '-12'],
    ['($1,012.00)', ", negative: parentheses, thousands: ',', symbols: [$]", '-1012'],
    ['(-12.00)', ', negative: parentheses', 'a=(-12.00): is not a number'],
    ['(12.00)', '', 'a=(12.00): is not a number'],
    ['12.00-', ', negative: behind', '-12'],
    ['--12', ', symbols: [$]', 'a=--12: is not a number'],
    ['$12', '', 'a=$12: is not a number'],
    ['12.5 %', ", symbols: ['%'], scale: 0.01", '0.125'],
    ['.5', '', '0.5'],
    ['-.5', '', '-0.5'],
    ['1.005', ', round: 2', '1.01'],
    ['0.30000000000000004', ', round: 4', '0.3'],
    ['1,23', ", thousands: ','", 'a=1,23: is not a number'],
    ['1e5', '', 'a=1e5: is not a number'],
    ['12 EUR', '', 'a=12 EUR: is not a number'],
    ['0.00001', '', 'a=0.00001: has more than 15 digits before the decimal mark or 4 after it'],
    ['9007199254740.9931', '', '9007199254740.9931'],
  ])('%s%s is %s', async (cell, options, expected) => {
    expect(await valueOf('team', `{ column: a, type: decimal${options} }`, cell)).toBe(expected);
  });

  it.each([
    ['42', '42'],
    ['42.0', '42'],
    ['42.5', 'a=42.5: is not a whole number'],
    ['2147483648', 'a=2147483648: is above 2147483647'],
  ])('%s as a whole number is %s', async (cell, expected) => {
    expect(await valueOf('team', '{ column: a, type: integer }', cell)).toBe(expected);
  });
});

describe('truths', () => {
  it.each([
    ['{ column: a }', 'TRUE', 'true'],
    ['{ column: a }', 'f', 'false'],
    ['{ column: a, yes: [J], no: [N] }', 'N', 'false'],
    ['{ column: a, yes: [J], no: [N] }', 'true', 'a=true: is neither J nor N'],
  ])('%s reads %s as %s', async (spec, cell, expected) => {
    expect(await valueOf('active', spec, cell)).toBe(expected);
  });
});

describe('times', () => {
  it.each([
    ['in the zone of the mapping, in winter', 'yyyy-MM-dd', '2017-01-15', '2017-01-14T23:00:00.000Z'],
    ['in the zone of the mapping, in summer', 'yyyy-MM-dd HH:mm', '2017-07-15 12:30', '2017-07-15T10:30:00.000Z'],
    ['in the zone of the field', 'M/d/yyyy, zone: America/New_York', '7/4/2017', '2017-07-04T04:00:00.000Z'],
    [
      'with an offset of their own',
      '"yyyy-MM-dd\'T\'HH:mm:ssXXX"',
      '2017-07-04T10:00:00+05:30',
      '2017-07-04T04:30:00.000Z',
    ],
    ['that come twice are the first', 'yyyy-MM-dd HH:mm', '2017-10-29 02:30', '2017-10-29T00:30:00.000Z'],
    ['that never come are after the change', 'yyyy-MM-dd HH:mm', '2017-03-26 02:30', '2017-03-26T01:30:00.000Z'],
    ['with the name of the month', 'd MMM yyyy', '4 Jul 2017', '2017-07-03T22:00:00.000Z'],
    ['of the morning', 'd.M.yyyy h:mm a', '4.1.2017 12:05 AM', '2017-01-03T23:05:00.000Z'],
    ['of the evening', 'd.M.yyyy h:mm a', '4.1.2017 12:05 PM', '2017-01-04T11:05:00.000Z'],
    ['of no day of the calendar', 'yyyy-MM-dd', '2017-02-29', 'a=2017-02-29: is not a date as yyyy-MM-dd'],
    ['in another order', 'yyyy-MM-dd', '01.03.2017', 'a=01.03.2017: is not a date as yyyy-MM-dd'],
    ['with more behind them', 'yyyy-MM-dd', '2017-03-01x', 'a=2017-03-01x: is not a date as yyyy-MM-dd'],
    ['as ISO 8601 when no format is said', 'iso', '2017-07-04 10:00:00.25+02', '2017-07-04T08:00:00.250Z'],
    ['as ISO 8601 in the zone where they say none', 'iso', '2017-07-04T10:00', '2017-07-04T08:00:00.000Z'],
    ['as seconds since 1970', 'epochSeconds', '1499155200.5', '2017-07-04T08:00:00.500Z'],
    ['as milliseconds since 1970', 'epochMillis', '1499155200001', '2017-07-04T08:00:00.001Z'],
    ['as the days of a spreadsheet', 'excelDays', '42920.5', '2017-07-04T10:00:00.000Z'],
    ['with two digits for the year', 'dd/MM/yy', '04/07/17', '2017-07-03T22:00:00.000Z'],
    ['with two digits for a year of long ago', 'dd/MM/yy, yearFrom: 1920', '04/07/31', '1931-07-03T23:00:00.000Z'],
    ['with a month of another language', "'d. MMMM yyyy', locale: de", '4. März 2017', '2017-03-03T23:00:00.000Z'],
    ['with a short month of another language', 'd MMM yyyy, locale: fr', '4 juil. 2017', '2017-07-03T22:00:00.000Z'],
    [
      'with a month that could be two',
      'd MMM yyyy, locale: fr',
      '4 jui 2017',
      'a=4 jui 2017: is not a date as d MMM yyyy',
    ],
    [
      'with the day of the week',
      "'EEE, d MMM yyyy HH:mm:ss Z'",
      'Tue, 4 Jul 2017 10:00:00 +0530',
      '2017-07-04T04:30:00.000Z',
    ],
    ['with the name of a zone', "'MMM d yyyy h:mma z'", 'Jul  4 2017 10:00p.m. EST', '2017-07-05T03:00:00.000Z'],
    [
      'with no name of a zone',
      "'yyyy-MM-dd HH:mm z'",
      '2017-07-04 10:00 IST',
      'a=2017-07-04 10:00 IST: is not a date as yyyy-MM-dd HH:mm z',
    ],
    ['in one of several formats', "['dd.MM.yyyy', 'dd.MM.yyyy HH:mm']", '04.07.2017 10:00', '2017-07-04T08:00:00.000Z'],
    ['of hour 24', 'yyyy-MM-dd HH:mm', '2017-03-01 24:00', 'a=2017-03-01 24:00: is not a date as yyyy-MM-dd HH:mm'],
  ])('%s', async (_what, format, cell, expected) => {
    expect(await valueOf('createdAt', `{ column: a, format: ${format} }`, cell)).toBe(expected);
  });
});

describe('a date and a time in two columns', () => {
  it('are one time', async () => {
    const spec = "{ template: '{a} {key}', format: 'd/M/yyyy h:mm a' }";
    const plan = await planOf(`name: key, createdAt: ${spec}`);
    const draft = draftOf(plan, { key: '3:05 pm', a: '4/7/2017' });
    expect(draft.problems).toEqual([]);
    expect(draft.rows[0]?.[0]?.cells).toContain('2017-07-04T13:05:00.000Z');
    expect(draftOf(plan, { key: '25:05 pm', a: '4/7/2017' }).problems[0]?.reason).toBe(
      'is not a date as d/M/yyyy h:mm a',
    );
  });
});

describe('phone numbers', () => {
  it.each([
    ['01 234 5678', '+4312345678'],
    ['+49 30 123456', '+4930123456'],
    ['0049 30 123456', '+4930123456'],
    ['12', 'a=12: is not a phone number with its country code, nor one of AT'],
  ])('%s of a country become %s', async (cell, expected) => {
    expect(await valueOf('team', '{ column: a, type: phone, country: AT }', cell)).toBe(expected);
  });
});

describe('a list', () => {
  it.each([
    ["{ column: a, split: ';' }", ' CUSTOMER; ;DONOR', ['CUSTOMER', 'DONOR']],
    ['a', 'CUSTOMER', ['CUSTOMER']],
    ['a', '["CUSTOMER", "DONOR"]', ['CUSTOMER', 'DONOR']],
    ['a', '[]', []],
    ['a', '', []],
    ['a', '[{"x":1}]', 'has lists or objects in its list; name one of their members: COLUMN.0.member'],
  ])('%s of %s is %j', async (spec, cell, expected) => {
    expect(await rolesOf(spec, cell)).toEqual(expected);
  });
});

describe('a row', () => {
  it('has an id that depends on source, entity and key alone', async () => {
    const plan = await planOf('name: a');
    const { id } = draftOf(plan, { key: ' k ', a: 'x' });
    expect(id).toBe(draftOf(plan, { a: 'other', key: 'k' }).id);
    expect(id).toBe(recordId('shop', 'identity.Employee', 'k'));
    // Written down: an id that changes would make every import write everything again.
    expect(id).toBe('f0eb450b-e79f-5772-98bc-3bd8dd13dab3');
    const others = [
      recordId('shop', 'identity.Customer', 'k'),
      recordId('s', 'identity.Employee', 'k'),
      recordId('shop', 'identity.Employee', 'K'),
    ];
    expect(new Set([id, ...others]).size).toBe(4);
  });

  it('has the same id whether its key is composed or not', async () => {
    const plan = await planOf('name: a');
    const { id, key } = draftOf(plan, { key: 'Ü'.normalize('NFD'), a: 'x' });
    expect([key, id]).toEqual(['Ü', recordId('shop', 'identity.Employee', 'Ü')]);
    expect(id).toBe(draftOf(plan, { key: 'Ü', a: 'x' }).id);
  });

  it('without a key is rejected for that alone', async () => {
    const plan = await planOf('name: a');
    const { problems } = draftOf(plan, { key: ' ', a: '' });
    expect(problems.map(({ column, reason }) => [column, reason])).toEqual([
      ['key', 'is missing, and it is the key of the record'],
    ]);
  });

  it('with too few or too many cells is rejected', async () => {
    const plan = await planOf('name: a');
    const { problems } = plan.draft(new RowReader(['key', 'a'], plan.spec).row(3, ['k', 'x', 'y']));
    expect(problems.map(({ reason }) => reason)).toEqual(['the row has 3 cells, the header 2']);
  });

  it('tells all that is wrong with it', async () => {
    const plan = await planOf('name: a, active: { column: b }');
    const { problems } = draftOf(plan, { key: 'k', a: '', b: 'maybe' });
    expect(problems.map(({ column }) => column)).toEqual(['a', 'b']);
  });
});
