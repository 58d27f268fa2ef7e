import { Fraction } from './Fraction.js';

/** How many decimals a summary shows. */
const DECIMALS = 4;

const UNITS = Fraction.of(10 ** DECIMALS);

/** A fraction in units of the last decimal shown (0.0001), rounded; halves go away from zero. */
export function toUnits(value: Fraction): bigint {
  return value.times(UNITS).round();
}

/** Units of the last decimal as text: -23500n is `-2.3500`. */
export function unitsText(units: bigint): string {
  const digits = String(units < 0n ? -units : units).padStart(DECIMALS + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`;
}

/**
 * Rounds parts so that what is shown adds up to the total that is shown: each part is rounded down, and what is then
 * missing goes, one unit each, to the parts that lost most by it (of equals, the first); parts that lost nothing come last.
 * @param parts exact; their exact sum is within a few units of `total`
 * @param total in units
 * @returns for each part its units; their sum is `total`
 */
export function apportion(parts: readonly Fraction[], total: bigint): bigint[] {
  const floors = parts.map((part) => part.times(UNITS).floor());
  const lost = parts.map((part, index) => part.times(UNITS).minus(Fraction.of(floors[index] ?? 0n)));
  const order = parts.map((_part, index) => index);
  order.sort((a, b) => (lost[b] ?? Fraction.ZERO).minus(lost[a] ?? Fraction.ZERO).sign() || a - b);
  let missing = total - floors.reduce((sum, units) => sum + units, 0n);
  // What was rounded down too little is taken from the parts that lost least, of those that lost anything.
  const inexact = order.filter((index) => lost[index]?.sign() !== 0);
  const receivers = missing < 0n ? inexact.toReversed() : order;
  for (let turn = 0; missing !== 0n; turn += 1) {
    const index = (receivers.length > 0 ? receivers : order)[turn % (receivers.length || order.length)] ?? 0;
    const step = missing < 0n ? -1n : 1n;
    floors[index] = (floors[index] ?? 0n) + step;
    missing -= step;
  }
  return floors;
}
