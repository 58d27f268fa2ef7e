const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  let known = formatters.get(zone);
  if (known === undefined) {
    known = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(zone, known);
  }
  return known;
}

/** How far the zone's clocks are ahead of UTC at an instant, in milliseconds. */
function offsetAt(zone: string, instant: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatter(zone).formatToParts(instant)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}

/** Whether the runtime knows this IANA zone. */
export function isTimeZone(zone: string): boolean {
  try {
    return formatter(zone) !== undefined;
  } catch {
    return false;
  }
}

/**
 * The instant at which the clocks of a zone show a local time. A time that comes twice (clocks put back) is its first
 * occurrence; one that never comes (clocks put forward) is as long after the change as it says.
 * @param local milliseconds since 1970 as if the clock were UTC's
 * @param zone an IANA zone: `Europe/Vienna`
 */
export function zonedTime(local: number, zone: string): number {
  if (zone === 'UTC') return local;
  const DAY = 86_400_000;
  const [before, after] = [offsetAt(zone, local - DAY), offsetAt(zone, local + DAY)];
  const first = local - before;
  if (before === after || offsetAt(zone, first) === before) return first;
  const second = local - after;
  return offsetAt(zone, second) === after ? second : first;
}

/** What the clocks of a zone show at an instant: milliseconds since 1970 as if they were UTC's. */
export function clockTime(instant: number, zone: string): number {
  return instant + offsetAt(zone, instant);
}
