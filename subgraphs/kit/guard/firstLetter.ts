/** The first letter of a text, whole where it takes two units of UTF-16; nothing of an empty one. */
export function firstLetter(text: string): string {
  return /^./su.exec(text)?.[0] ?? '';
}
