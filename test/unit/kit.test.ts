import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseValue } from 'graphql';
import { decodeCursor, encodeCursor } from '../../subgraphs/kit/sql/cursor.js';
import { readConfig } from '../../subgraphs/kit/serve/config.js';
import { DateTime } from '../../subgraphs/kit/graph/DateTime.js';
import { Decimal } from '../../subgraphs/kit/graph/Decimal.js';
import { maskUnknownError } from '../../subgraphs/kit/serve/maskUnknownError.js';
import { money } from '../../subgraphs/kit/graph/Money.js';

describe('money', () => {
  it.each([
    ['12.5000', 'EUR', '12.50'],
    ['10005534.0000', 'USD', '10005534.00'],
    ['0.0001', 'EUR', '0.0001'],
    ['1500.0000', 'JPY', '1500'],
    ['1.5000', 'KWD', '1.500'],
    ['-3.1000', 'EUR', '-3.10'],
    ['99999999999999.9999', 'EUR', '99999999999999.9999'],
  ])('shows %s %s as %s', (amount, currency, shown) => {
    expect(money(amount, currency)).toEqual({ amount: shown, currency });
  });
});

it('shows no amount of money as another one, whatever it is', () => {
  const tenThousandths = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
  fc.assert(
    fc.property(tenThousandths, fc.constantFrom('EUR', 'JPY', 'KWD'), (units, currency) => {
      const digits = String(units < 0n ? -units : units).padStart(5, '0');
      const stored = `${units < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`;
      const [whole = '', fraction = ''] = money(stored, currency).amount.split('.');
      const sign = whole.startsWith('-') ? -1n : 1n;
      const shown = sign * BigInt(whole.replace('-', '') + fraction.padEnd(4, '0'));
      expect(shown).toBe(units);
    }),
  );
});

describe('Decimal', () => {
  it.each(['"1234.50"', '1234.50', '0', '"-0.0001"', '999999999999999.9999'])('takes %s exactly', (literal) => {
    expect(Decimal.parseLiteral(parseValue(literal))).toBe(literal.replaceAll('"', ''));
  });

  it.each(['"1,50"', '"1e3"', '1e3', '"0.00001"', '"1234567890123456"', 'true', '""'])('refuses %s', (literal) => {
    expect(() => Decimal.parseLiteral(parseValue(literal))).toThrow(/Decimal/);
  });

  it('refuses a JSON number that a float cannot hold exactly', () => {
    expect(Decimal.parseValue(1234.5)).toBe('1234.5');
    expect(() => Decimal.parseValue(Number('1234567890123.4567'))).toThrow(/Decimal/);
  });
});

describe('DateTime', () => {
  it('takes an offset, answers in UTC, and refuses a time without a zone', () => {
    expect(DateTime.serialize(DateTime.parseValue('2026-03-01T10:30:00+01:00'))).toBe('2026-03-01T09:30:00.000Z');
    expect(() => DateTime.parseValue('2026-03-01T10:30:00')).toThrow(/DateTime/);
    expect(() => DateTime.parseValue('2026-03-01')).toThrow(/DateTime/);
  });
});

describe('cursors', () => {
  const keyset = ['2026-03-01 10:30:00.123456+00', '018f0000-0000-7000-8000-000000000000'];

  it('come back as they were, to the microsecond', () => {
    expect(decodeCursor(encodeCursor('Order.X', keyset), 'Order.X', ['timestamptz', 'uuid'])).toEqual(keyset);
  });

  it.each([
    ['another list', encodeCursor('Case.X', keyset)],
    ['no cursor', '%%%'],
    ['too few values', encodeCursor('Order.X', keyset.slice(0, 1))],
    ['SQL', encodeCursor('Order.X', ["'; DROP TABLE customer; --", keyset[1] ?? ''])],
    ['a number', Buffer.from('7').toString('base64url')],
  ])('are refused when they are of %s', (_what, cursor) => {
    expect(() => decodeCursor(cursor, 'Order.X', ['timestamptz', 'uuid'])).toThrow(
      expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT', argument: 'after' } }),
    );
  });
});

describe('an error that we did not foresee', () => {
  it('is masked', () => {
    const error = new Error('password is hunter2');
    const shown = maskUnknownError({ message: error.message, path: ['a'] }, error);
    expect(shown).toEqual({ message: 'internal error', path: ['a'], extensions: { code: 'INTERNAL_SERVER_ERROR' } });
  });

  it('is SERVICE_UNAVAILABLE when the database is away', () => {
    const error = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' });
    expect(maskUnknownError({ message: error.message }, error)).toEqual({
      message: 'the database does not answer; try again',
      extensions: { code: 'SERVICE_UNAVAILABLE' },
    });
  });
});

describe('the configuration of a subgraph', () => {
  const sales = { name: 'sales', port: 4003 };
  const SIGNING_KEY = 'x'.repeat(32);

  it("prefers the subgraph's own variables, and has defaults", () => {
    const environment = {
      DATABASE_URL: 'postgres://a/all',
      SALES_DATABASE_URL: 'postgres://b/sales',
      SALES_PORT: '5003',
      SIGNING_KEY,
    };
    expect(readConfig(sales, environment, false)).toMatchObject({
      databaseUrl: 'postgres://b/sales',
      port: 5003,
      host: '127.0.0.1',
    });
    expect(readConfig(sales, { DATABASE_URL: 'postgres://a/all', SIGNING_KEY }, false)).toMatchObject({ port: 4003 });
  });

  it('names every problem at once', () => {
    const environment = { DATABASE_URL: 'mysql://x', PORT: '99999', POOL_SIZE: 'many' };
    expect(() => readConfig(sales, environment, true)).toThrow(
      /DATABASE_URL.*\n.*port.*\n.*SIGNING_KEY.*\n.*POOL_SIZE/s,
    );
  });

  it("reads a subgraph's own settings beside them, frozen", () => {
    const settings = {
      help: '',
      read: (given: Readonly<Record<string, string | undefined>>) => ({ of: given.SALES_OF }),
    };
    const config = readConfig(
      { ...sales, settings },
      { DATABASE_URL: 'postgres://a/all', SALES_OF: 'x', SIGNING_KEY },
      false,
    );
    expect(config.settings).toEqual({ of: 'x' });
    expect(Object.isFrozen(config.settings)).toBe(true);
  });
});
