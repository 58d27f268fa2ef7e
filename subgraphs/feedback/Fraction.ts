/** An exact fraction of whole numbers, always in lowest terms with a positive denominator. */
export class Fraction {
  private constructor(
    readonly numerator: bigint,
    readonly denominator: bigint,
  ) {}

  static readonly ZERO = new Fraction(0n, 1n);

  /** @throws RangeError when the denominator is zero */
  static of(numerator: bigint | number, denominator: bigint | number = 1n): Fraction {
    const [n, d] = [BigInt(numerator), BigInt(denominator)];
    if (d === 0n) throw new RangeError(`${n}/0 is no fraction`);
    const divisor = greatestCommonDivisor(n < 0n ? -n : n, d < 0n ? -d : d) * (d < 0n ? -1n : 1n);
    return new Fraction(n / divisor, d / divisor);
  }

  /** The sum of any number of fractions; zero of none. */
  static sum(fractions: readonly Fraction[]): Fraction {
    return fractions.reduce((sum, fraction) => sum.plus(fraction), Fraction.ZERO);
  }

  plus(other: Fraction): Fraction {
    return Fraction.of(
      this.numerator * other.denominator + other.numerator * this.denominator,
      this.denominator * other.denominator,
    );
  }

  minus(other: Fraction): Fraction {
    return this.plus(new Fraction(-other.numerator, other.denominator));
  }

  times(other: Fraction): Fraction {
    return Fraction.of(this.numerator * other.numerator, this.denominator * other.denominator);
  }

  /** -1, 0 or 1. */
  sign(): number {
    if (this.numerator === 0n) return 0;
    return this.numerator < 0n ? -1 : 1;
  }

  /** The largest whole number that is not greater. */
  floor(): bigint {
    const quotient = this.numerator / this.denominator;
    return this.numerator < 0n && quotient * this.denominator !== this.numerator ? quotient - 1n : quotient;
  }

  /** The nearest whole number; halves go away from zero, so that a fall and a rise are rounded alike. */
  round(): bigint {
    const size = Fraction.of(this.numerator < 0n ? -this.numerator : this.numerator, this.denominator);
    const rounded = size.plus(HALF).floor();
    return this.numerator < 0n ? -rounded : rounded;
  }

  /** `-7/3`; `2` for a whole number. */
  toString(): string {
    return this.denominator === 1n ? String(this.numerator) : `${this.numerator}/${this.denominator}`;
  }
}

const HALF = Fraction.of(1, 2);

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
