import type { TimelineFilter } from '../graph/operations.ts';
import type { TimelineItem } from '../graph/Touchpoint.ts';

function allows<T>(wanted: readonly T[] | null | undefined, value: T): boolean {
  return !wanted || wanted.length === 0 || wanted.includes(value);
}

/** Whether a touchpoint that came in live belongs on a timeline under this filter. Texts are for the graph to compare: see `text`. */
export function matchesFilter(filter: TimelineFilter, item: TimelineItem): boolean {
  const { channels, departments, directions, kinds, sentiments, from, to } = filter;
  return (
    allows(channels, item.channel) &&
    allows(departments, item.department) &&
    allows(directions, item.direction) &&
    allows(kinds, item.kind) &&
    (!sentiments || sentiments.length === 0 || (item.sentiment != null && sentiments.includes(item.sentiment))) &&
    (!from || item.occurredAt >= from) &&
    (!to || item.occurredAt < to)
  );
}
