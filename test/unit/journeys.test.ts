import { expect, test } from '@jest/globals';
import { likeness, subjectOf } from '../../subgraphs/touchpoints/journeys/likeness.js';
import { namedReferences } from '../../subgraphs/touchpoints/journeys/namedReferences.js';

test.each([
  ['Where is my order O-000123?', ['O-123']],
  ['o-123, C-0017 and again O-123.', ['O-123', 'C-17']],
  ['Ordered an espresso machine (SO-12-3)', ['SO-12-3']],
  ['Bestellung W-100175: noch nicht da', ['W-100175']],
  ['On 2026-03-01 at 10:00, +43-660-1234567, abc-def, x1-2', []],
])('"%s" names %j', (text, references) => {
  expect(namedReferences(text)).toEqual(references);
});

test.each([
  // alike: [one, other]
  ['My espresso machine has not arrived', 'Asked: When will the espresso machine come?', true],
  ['Die Lieferung der Kaffeemühle verzögert sich', 'Kaffeemühle: Lieferung seit Tagen überfällig', true],
  ['The delivery of the grinder is late', 'Complained: late grinder, no delivery', true],
  ['Question about my order', 'Question about my invoice', false],
  ['I would like to change my address', 'The espresso machine leaks', false],
  ['', 'anything at all', false],
])('"%s" and "%s": about the same is %j', (one, other, alike) => {
  const measure = likeness(subjectOf(one), subjectOf(other));
  expect(measure >= 0.5).toBe(alike);
  expect(likeness(subjectOf(other), subjectOf(one))).toBe(measure);
});
