import { z } from 'zod';
import { MIN_KEY_LENGTH } from '../../../schema/signature.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

const MISSING =
  'set SIGNING_KEY to the key with which the gateway signs its requests, such as the output of "openssl rand -base64 48"; ' +
  'SIGNING_KEY=off lets everybody in, on a loopback address';

/**
 * Reads SIGNING_KEY: the keys, at least one, or null for `off`, which is refused where others could reach the subgraph.
 * @param host where the subgraph listens
 */
export function signingKeys(host: string, isProduction: boolean): z.ZodType<string[] | null, string> {
  return z
    .string({ error: MISSING })
    .min(1, MISSING)
    .transform((text, context) => {
      const problem = text === 'off' ? whyNotOpen(host, isProduction) : null;
      if (problem !== null) context.addIssue({ code: 'custom', message: problem });
      if (text === 'off') return null;
      const keys = text.split(',').map((key) => key.trim());
      if (keys.some((key) => key.length < MIN_KEY_LENGTH)) {
        const message = `SIGNING_KEY must have at least ${MIN_KEY_LENGTH} characters, each of them where there are several`;
        context.addIssue({ code: 'custom', message });
      }
      return keys;
    });
}

function whyNotOpen(host: string, isProduction: boolean): string | null {
  if (isProduction) return 'SIGNING_KEY=off lets everybody in, so it is not for production';
  return LOOPBACK.test(host)
    ? null
    : `SIGNING_KEY=off lets everybody in, so HOST cannot be ${host}, only a loopback address`;
}
