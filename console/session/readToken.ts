import { ROLES } from '../graph/roles.ts';
import type { Session } from './Session.ts';

interface Claims {
  readonly sub?: unknown;
  readonly scope?: unknown;
  readonly roles?: unknown;
  readonly exp?: unknown;
}

/**
 * What a token says of its bearer. The console only reads it, to show what the role may do; whether it counts is for the gateway to say.
 *
 * @param token a JSON Web Token, with or without `Bearer ` before it
 * @returns null when the text is no such token
 */
export function readToken(token: string): Session | null {
  const text = token.trim().replace(/^Bearer\s+/i, '');
  const [, payload] = text.split('.');
  if (!payload) return null;
  try {
    const claims = JSON.parse(decodeBase64Url(payload)) as Claims;
    return {
      token: text,
      subject: typeof claims.sub === 'string' ? claims.sub : null,
      scopes: [...new Set([...listOf(claims.scope), ...listOf(claims.roles).flatMap((role) => ROLES[role] ?? [])])],
      expiresAt: typeof claims.exp === 'number' ? claims.exp * 1000 : null,
    };
  } catch {
    return null;
  }
}

function decodeBase64Url(text: string): string {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
}

/** RFC 8693 has one text with spaces; some issuers write a list. */
function listOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ').filter(Boolean);
  return Array.isArray(claim) ? claim.filter((one) => typeof one === 'string') : [];
}
