/** A value of an enum, or a name of a role, as people write it: `FACE_TO_FACE` is "Face to face". */
export function wordsOf(value: string): string {
  const words = value.replaceAll(/[_-]/g, ' ').toLowerCase();
  const known: Readonly<Record<string, string>> = { sms: 'SMS', nps: 'NPS', csat: 'CSAT', ces: 'CES' };
  return known[words] ?? words.charAt(0).toUpperCase() + words.slice(1);
}
