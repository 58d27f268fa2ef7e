import { describe, expect, it } from '@jest/globals';
import { compileMapping } from '../../seed/import/compileMapping.js';
import { parseMapping } from '../../seed/import/mapping.js';
import { importTargets } from '../../seed/import/targets/all.js';

/** The lines of what is wrong with a mapping. */
async function problemsOf(text: string): Promise<string[]> {
  try {
    await compileMapping(parseMapping(text, 'm.yaml'), importTargets, 'm.yaml');
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

const mapping = (fields: string, more = '') => `
source: shop
files:
  people:
    file: people.csv
    key: id
    targets:
      - entity: identity.Employee
        fields: { ${fields} }
${more}`;

const householdFile = (name: string, other: string) => `
  ${name}:
    source: ${name}
    file: ${name}.csv
    key: id
    targets:
      - entity: identity.Customer
        fields: { kind: { constant: PERSON }, displayName: n, householdId: { column: h, reference: ${other} } }`;

describe('a mapping', () => {
  it('that is right has no problems', async () => {
    expect(await problemsOf(mapping('name: name'))).toEqual([]);
  });

  it('tells every problem at once, each with its place', async () => {
    const problems = await problemsOf(`
source: ''
zone: Mars/Olympus
colour: red
files:
  people:
    key: []
    csv: { delimiter: ';', encoding: utf-7, quotes: no }
    targets:
      - entity: identity.Employee
        fields:
          name: { column: name, constant: x }
          team: { templte: '{a}' }
          title: { constant: T, map: { a: b } }
`);
    expect(problems).toEqual([
      'm.yaml: source must not be empty',
      'm.yaml: zone is not an IANA time zone such as Europe/Vienna',
      'm.yaml: files.people.file is missing',
      'm.yaml: files.people.csv.encoding is not an encoding such as utf-8 or windows-1252',
      'm.yaml: files.people.csv.quotes is not known here',
      'm.yaml: files.people.key must not be empty',
      'm.yaml: files.people.targets[0].fields.name needs exactly one of column, constant, template, key, reference, match, demoLink',
      'm.yaml: files.people.targets[0].fields.team.templte is not known here',
      'm.yaml: files.people.targets[0].fields.team needs exactly one of column, constant, template, key, reference, match, demoLink',
      'm.yaml: files.people.targets[0].fields.title.map goes with a column or a template only',
      'm.yaml: colour is not known here',
    ]);
  });

  it('keeps its texts as they are typed, whatever YAML would make of them', () => {
    const text = `
source: shop
files:
  people:
    file: people.csv
    key: 007
    missing: [NULL, 0.00, TRUE, 1.50, n/a]
    columns: { 10: 3 }
    targets:
      - entity: identity.Employee
        fields: { name: { column: 007, map: { TRUE: yes, 1.0: 010 } }, team: { template: '{007}', scale: 1e6 } }`;
    const { people } = parseMapping(text, 'm.yaml').files;
    expect(people).toMatchObject({ key: ['007'], missing: ['NULL', '0.00', 'TRUE', '1.50', 'n/a'] });
    expect(people?.columns).toEqual({ '10': { position: 3 } });
    expect(people?.targets[0]?.fields).toMatchObject({
      name: { column: '007', map: { TRUE: 'yes', '1.0': '010' } },
      team: { scale: 1_000_000 },
    });
  });

  it.each([
    ['a.json', 'header: none', 'header goes with CSV and TSV only'],
    ['a.ndjson', 'records: /data', 'records goes with format: json only'],
    ['a.csv', 'records: /data', 'records goes with format: json only'],
    ['a.json.gz', 'columns: { a: 1 }', 'columns a has a position, which goes with CSV and TSV only'],
    ['a.csv', 'csv: { quote: ab }', 'csv.quote must be one character, or none'],
    ['a.csv', 'header: many', 'header must be none, or the names of the columns'],
  ])('of %s may not say %s', async (file, spec, expected) => {
    const text = mapping('name: name').replace('file: people.csv', `file: ${file}\n    ${spec}`);
    expect(await problemsOf(text)).toEqual([`m.yaml: files.people.${expected}`]);
  });

  it('that is no YAML says where', async () => {
    const [problem] = await problemsOf('source: a\nfiles: [\n');
    expect(problem).toMatch(/^m\.yaml: .*line \d/);
  });

  it('that is empty says what is missing', async () => {
    expect(await problemsOf('{}')).toEqual(['m.yaml: source is missing', 'm.yaml: files is missing']);
  });

  it.each([
    [
      'an entity that cannot be imported',
      mapping('name: name').replace('Employee', 'Nobody'),
      /targets\[0\]\.entity identity\.Nobody cannot be imported; these can: .*identity\.Customer/,
    ],
    [
      'a field that the entity does not have',
      mapping('name: name, age: age'),
      /fields\.age is no field of this entity; it has .*name/,
    ],
    ['a needed field that is left out', mapping('team: team'), /fields needs name$/],
    [
      'a constant that breaks a rule',
      mapping(`name: { constant: '${'x'.repeat(201)}' }`),
      /fields\.name .* has more than 200 characters$/,
    ],
    [
      'a type that the column has not',
      mapping('name: name, active: { column: a, type: date }'),
      /fields\.active is a column of type boolean; leave out type: date$/,
    ],
    [
      'a date format that is none',
      mapping('name: name, createdAt: { column: a, format: YYYY-MM-dd, zone: UTC }'),
      /fields\.createdAt "YYYY" is not known in a date format/,
    ],
    [
      'a time without a zone',
      mapping('name: name, createdAt: { column: a, format: yyyy-MM-dd }'),
      /fields\.createdAt needs the zone/,
    ],
    ['a template without a column', mapping('name: { template: name }'), /fields\.name has no \{column\}/],
    [
      'money where there is none',
      mapping('name: { column: name, currency: USD }'),
      /fields\.name is no amount of money/,
    ],
    [
      'a reference to no file',
      mapping('name: name, id: { column: boss, reference: bosses }'),
      /fields\.id refers to bosses, which is none/,
    ],
    [
      'the same entity twice',
      mapping('name: name', '      - { entity: identity.Employee, fields: { name: boss } }'),
      /targets\[1\] writes identity\.Employee a second time/,
    ],
    [
      'keys of two files that could be mistaken',
      mapping('name: name', mapping('name: name').split('\n').slice(3).join('\n').replace('people:', 'bosses:')),
      /files\.bosses makes records of identity\.Employee as files\.people does/,
    ],
  ])('is refused for %s', async (_what, text, expected) => {
    const problems = await problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(expected);
  });

  it('may not have files that refer to each other in a circle', async () => {
    expect(await problemsOf(`source: s\nfiles:${householdFile('a', 'b')}${householdFile('b', 'a')}`)).toEqual([
      'm.yaml: files.a refers to itself: a -> b -> a',
    ]);
  });
});
