import { describe, expect, it } from '@jest/globals';
import { RowCollector } from '../../seed/generate/RowCollector.js';
import { addCatalogue } from '../../seed/generate/catalogue.js';
import { tellLife } from '../../seed/generate/tellLife.js';
import { presentOf, World } from '../../seed/generate/World.js';
import { subgraphs } from '../../subgraphs/all.js';

const noon = new Date('2026-03-10T12:00:00Z');

/** All rows of some customers, as text, by entity. */
function told(world: World, indexes: readonly number[]): Record<string, string> {
  const rows = new RowCollector();
  addCatalogue(world, rows);
  for (const index of indexes) tellLife(world, index, rows);
  return Object.fromEntries(
    subgraphs.flatMap((subgraph) =>
      rows.of(subgraph).map(([entity, table]) => [`${subgraph.name}.${entity.name}`, [...table.text()].join('')]),
    ),
  );
}

const some = Array.from({ length: 120 }, (_, index) => index);

describe('the seed tells', () => {
  it('the same stories for the same seed on the same day, whatever the hour', () => {
    const morning = told(new World(1, presentOf(new Date('2026-03-10T00:00:00Z'))), some);
    const evening = told(new World(1, presentOf(new Date('2026-03-10T23:59:59Z'))), some);
    expect(evening).toEqual(morning);
    expect(Object.keys(morning).length).toBeGreaterThan(35);
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
    expect(other['identity.Customer']).not.toBe(one['identity.Customer']);
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
