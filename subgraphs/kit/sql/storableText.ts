/** What Postgres cannot hold: the character U+0000, and halves of surrogate pairs, which no UTF-8 can say. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;
const EACH_UNSTORABLE = new RegExp(UNSTORABLE, 'gu');

/** Whether Postgres can hold a text. */
export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}

/** The text with U+FFFD in place of each character that Postgres cannot hold. For what nobody can be asked to mend; callers are refused. */
export function storableText(text: string): string {
  return text.replaceAll(EACH_UNSTORABLE, '\uFFFD');
}

/** As JSON for `jsonb`, with U+FFFD in place of each character that Postgres cannot hold. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (!/\\u(0000|d)/.test(json)) return json;
  // JSON.stringify escapes halves of pairs, and whole pairs never; `.` is what another escape is of, a backslash above all.
  return json.replaceAll(/\\(u0000|ud[89a-f][\da-f]{2}|.)/g, (escape, of: string) =>
    of.length > 1 ? '\\ufffd' : escape,
  );
}
