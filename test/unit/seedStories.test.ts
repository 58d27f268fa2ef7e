import { describe, expect, it } from '@jest/globals';
import { RowCollector } from '../../seed/generate/RowCollector.js';
import { addCatalogue } from '../../seed/generate/catalogue.js';
import { tellLife } from '../../seed/generate/tellLife.js';
import { presentOf, World } from '../../seed/generate/World.js';
import { subgraphs } from '../../subgraphs/all.js';

const noon = new Date('2026-03-10T12:00:00Z');

/** All rows of some customers, as text, by entity. */
function told(world: World, indexes: readonly number[]): Record<string, string> {
  const rows = new RowCollector(world);
  addCatalogue(world, rows);
  for (const index of indexes) tellLife(world, index, rows);
  return Object.fromEntries(
    subgraphs.flatMap((subgraph) =>
      rows.of(subgraph).map(([entity, table]) => [`${subgraph.name}.${entity.name}`, [...table.text()].join('')]),
    ),
  );
}

const some = Array.from({ length: 120 }, (_, index) => index);

const DAY_MS = 86_400_000;
const TIME = /\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?/g;

/** The rows with each time and day as the milliseconds by which it lies before the present. */
function beforePresent(rows: Record<string, string>, { present }: World): Record<string, string> {
  const before = (time: string) => String(present.getTime() - Date.parse(time));
  return Object.fromEntries(Object.entries(rows).map(([entity, text]) => [entity, text.replace(TIME, before)]));
}

/** The cells of an entity's rows in a seed of some day. */
function cellsOf(entity: string, day: Date): string[][] {
  const text = told(new World(1, presentOf(day)), some)[entity] ?? '';
  return text
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
}

/** Days that calendars differ on: in a leap year, at the end of years and months, when clocks change, on each day of the week, and far away. */
const DAYS = [
  '2026-11-29T23:59:59Z',
  '2026-11-30T00:00:00Z',
  '2026-12-31T23:30:00Z',
  '2027-01-01T00:30:00Z',
  '2027-02-28T12:00:00Z',
  '2027-03-14T07:00:00Z',
  '2027-03-28T01:00:00Z',
  '2027-10-31T01:00:00Z',
  '2027-11-07T06:00:00Z',
  '2028-02-29T12:00:00Z',
  '2028-12-30T12:00:00Z',
  '2051-07-18T12:00:00Z',
  '1999-12-31T12:00:00Z',
];

/** What the calendar says of a story: the years of which the spend is known, and the quarters in which staff was asked. */
const OF_THE_CALENDAR = ['sales.CategorySpend', 'feedback.EmployeeSurvey'];

describe('the seed tells', () => {
  it('the same stories for the same seed, whatever the hour of the week', () => {
    const monday = told(new World(1, presentOf(new Date('2026-03-09T00:00:00Z'))), some);
    const sunday = told(new World(1, presentOf(new Date('2026-03-15T23:59:59Z'))), some);
    expect(sunday).toEqual(monday);
    expect(Object.keys(monday).length).toBeGreaterThan(35);
  });

  it.each(DAYS)(
    'the same stories for the same seed on every day, but that all times move by whole weeks: %s',
    (day) => {
      const first = new World(1, presentOf(noon));
      const world = new World(1, presentOf(new Date(day)));
      const age = Date.parse(day) - world.present.getTime();
      expect(world.present.getUTCDay()).toBe(1);
      expect(age).toBeGreaterThanOrEqual(0);
      expect(age).toBeLessThan(7 * DAY_MS);
      const then = beforePresent(told(first, some), first);
      const now = beforePresent(told(world, some), world);
      for (const entity of OF_THE_CALENDAR) {
        expect(now[entity]?.split('\n').length).toBe(then[entity]?.split('\n').length);
        then[entity] = now[entity] = '';
      }
      expect(now).toEqual(then);
    },
  );

  it.each(DAYS)('what the staff said in the last six quarters, whatever quarters they are: %s', (day) => {
    const present = presentOf(new Date(day));
    const now = cellsOf('feedback.EmployeeSurvey', present);
    // The columns: id, kind, score, verbatim, employee, period, and when.
    const then = cellsOf('feedback.EmployeeSurvey', noon);
    expect(now.map((cells) => cells.slice(0, 5))).toEqual(then.map((cells) => cells.slice(0, 5)));
    for (const [, , , , , period, answeredAt = ''] of now) {
      const at = new Date(answeredAt);
      expect(period).toBe(`${at.getUTCFullYear()}-Q${Math.floor(at.getUTCMonth() / 3) + 1}`);
      expect(at.getTime()).toBeLessThan(present.getTime());
    }
    const ofOne = now.filter(([, kind, , , employee]) => kind === 'ENPS' && employee === now[0]?.[4]);
    expect(new Set(ofOne.map(([, , , , , period]) => period)).size).toBe(6);
  });

  it('what is spent in the year of the present and the one before', () => {
    const old = cellsOf('sales.CategorySpend', new Date('2026-06-30'));
    const young = cellsOf('sales.CategorySpend', new Date('2027-06-30'));
    // The columns: customer, year, currency, amount, and who says so.
    expect(new Set(old.map(([, year]) => year))).toEqual(new Set(['2025', '2026']));
    expect(new Set(young.map(([, year]) => year))).toEqual(new Set(['2026', '2027']));
    const amounts = [old, young].map((rows) => rows.map(([customer, , ...rest]) => [customer, ...rest.slice(0, 2)]));
    expect(amounts[1]).toEqual(amounts[0]);
  });

  it('the same story of a customer, however many others there are and in which order they are told', () => {
    const world = new World(1, presentOf(noon));
    const alone = told(world, [42]);
    const among = told(world, some.toReversed());
    for (const [entity, text] of Object.entries(alone)) {
      for (const line of text.split('\n')) expect(among[entity]).toContain(line);
    }
  });

  it('other stories for another seed', () => {
    const one = told(new World(1, presentOf(noon)), some);
    const other = told(new World(2, presentOf(noon)), some);
    expect(other['identity.CustomerRecord']).not.toBe(one['identity.CustomerRecord']);
  });

  it('nothing that has happened after the present', () => {
    const now = presentOf(noon);
    const rows = told(new World(1, now), some);
    const past = ['touchpoints.Touchpoint', 'sales.Order', 'service.CaseMessage', 'service.CaseStatusChange'];
    for (const entity of [...past, 'feedback.SurveyResponse', 'marketing.Consent', 'marketing.Exposure']) {
      const moments = rows[entity]?.match(/\d{4}-\d\d-\d\dT[\d:.]+Z/g) ?? [];
      expect(moments.length).toBeGreaterThan(20);
      for (const moment of moments) expect(new Date(moment).getTime()).toBeLessThanOrEqual(now.getTime());
    }
  });

  it('words in the language of those who say them', () => {
    const rows = told(new World(1, presentOf(noon)), some);
    const spoken = (rows['feedback.SurveyResponse'] ?? '').split('\n').map((line) => line.split('\t'));
    const german = spoken.filter((cells) => cells.includes('de-DE') || cells.includes('de-AT'));
    expect(german.length).toBeGreaterThan(3);
    for (const cells of german) expect(cells.join(' ')).not.toMatch(/\b(the|and|was)\b/);
  });
});
