const WORDS =
  `the counter was quiet when she asked for "the usual" and nobody had to look it up; it arrived a day late, well packed,
with a note by hand – small thing, long remembered. Too dear at 19.90 € perhaps, yet the second one still works after a year`.split(
    /\s+/,
  );

/**
 * Text as people write it: some quotes and signs beyond ASCII, so that escaping and encoding cost what they cost in life.
 *
 * @param random numbers from 0 up to 1
 * @returns from `min` to `max` characters
 */
export function prose(random: () => number, min: number, max: number): string {
  const length = min + Math.floor(random() * (max - min + 1));
  let text = '';
  while (text.length < length) text += `${WORDS[Math.floor(random() * WORDS.length)]} `;
  return text.slice(0, length);
}
