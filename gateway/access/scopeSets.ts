/** Sets of scopes of which one must be had whole. */
type ScopeSets = readonly (readonly string[])[];

/**
 * What meets several demands at once, each of which is met by one of its sets: every set takes one of each demand. A set that holds
 * another whole says nothing more and is left out, and so is the second of two that are equal.
 */
export function allOf(demands: readonly ScopeSets[]): string[][] {
  // Nothing in a list is met by everybody.
  const [first = [], ...others] = demands.map((demand) => (demand.length === 0 ? [[]] : demand));
  let sets = first.map((set) => [...set]);
  for (const demand of others) {
    const joined = sets.flatMap((set) => demand.map((more) => [...new Set([...set, ...more])].toSorted()));
    sets = joined.filter((set, index) => !joined.some((other, place) => makesNeedless(other, place, set, index)));
  }
  return sets;
}

function makesNeedless(other: readonly string[], place: number, set: readonly string[], index: number): boolean {
  if (place === index || !other.every((scope) => set.includes(scope))) return false;
  return other.length < set.length || place < index;
}
