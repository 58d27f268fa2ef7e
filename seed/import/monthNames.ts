const readers = new Map<string, (name: string) => number>();

const plain = (name: string) => name.toLowerCase().replace(/\.$/, '');

/** The names of a language's months: alone and in a date, long and short. */
function namesOf(locale: string): Map<string, number> {
  const names = new Map<string, number>();
  for (const month of Array.from({ length: 12 }, (_, index) => index)) {
    for (const style of ['long', 'short'] as const) {
      for (const day of [undefined, 'numeric'] as const) {
        const format = new Intl.DateTimeFormat(locale, { month: style, day, timeZone: 'UTC' });
        const part = format.formatToParts(Date.UTC(2000, month, 1)).find(({ type }) => type === 'month');
        if (part) names.set(plain(part.value), month + 1);
      }
    }
  }
  return names;
}

/**
 * A reader of month names in a language: the name as it is written alone or in a date, or its beginning where that is enough to tell
 * it from the others (three letters at least).
 * @param locale BCP 47
 * @returns of a name the month from 1 to 12, or 0 when it is none
 */
export function monthNames(locale = 'en'): (name: string) => number {
  const known = readers.get(locale);
  if (known !== undefined) return known;
  const names = namesOf(locale);
  const read = (name: string): number => {
    const text = plain(name);
    const exact = names.get(text);
    if (exact !== undefined || text.length < 3) return exact ?? 0;
    const months = new Set([...names].filter(([full]) => full.startsWith(text)).map(([, month]) => month));
    const [month = 0] = months;
    return months.size === 1 ? month : 0;
  };
  readers.set(locale, read);
  return read;
}

/** Whether the runtime knows this language. */
export function isLocale(locale: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf([locale]).length === 1;
  } catch {
    return false;
  }
}
