/** A text that nobody else has, for `idempotencyKey`: the same call sent again with it is done once. */
export function newKey(): string {
  // `crypto.randomUUID` is missing where the page came over plain HTTP from another machine.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
