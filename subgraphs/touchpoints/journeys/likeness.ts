import { deu, eng, fra, ita, nld, por, removeStopwords, spa } from 'stopword';

/** Words are compared by their beginning, which stands for their stem: `delivery` and `delivered` are alike. */
const STEM_LETTERS = 6;
const SHORTEST_WORD = 3;
/** One word in common is chance. */
const FEWEST_IN_COMMON = 2;

const STOP_WORDS = [...eng, ...deu, ...fra, ...ita, ...nld, ...por, ...spa];
/** What says who did something, and not what it is about; our own summaries begin with these. */
const OUR_WORDS = [
  'asked',
  'wrote',
  'answered',
  'complained',
  'reported',
  'resolved',
  'reopened',
  'promised',
  'problem',
];

/** The stems of the words that a text is about. */
export function subjectOf(text: string): ReadonlySet<string> {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word.length >= SHORTEST_WORD);
  const meaningful = removeStopwords(words, [...STOP_WORDS, ...OUR_WORDS]);
  return new Set(meaningful.map((word) => word.slice(0, STEM_LETTERS)));
}

/**
 * How much two texts are about the same: the overlap coefficient of their subjects, the stems in common / the stems of the shorter one.
 * @returns 0 to 1; 0 when they have fewer than two stems in common
 */
export function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const common = [...one].filter((stem) => other.has(stem)).length;
  return common < FEWEST_IN_COMMON ? 0 : common / Math.min(one.size, other.size);
}
