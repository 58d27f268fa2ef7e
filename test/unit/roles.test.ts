import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ROLES } from '../../gateway/access/roles.js';
import { SCOPES } from '../../schema/contract.js';

/** The scopes that let somebody read; all others let somebody change something. */
const READS: readonly string[] = [SCOPES.readCustomers, SCOPES.readPersonalData];

/** The scopes that a table of a page gives each role, and nothing for what is not a scope. */
function scopesIn(page: string, heading: string): Record<string, string[]> {
  const section = readFileSync(page, 'utf8').split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| `([\w-]+)` +\|(.*)$/gm)];
  return Object.fromEntries(
    rows.map(([, role = '', cells = '']) => {
      const scopes = cells.trim().startsWith('all ') ? Object.values(SCOPES) : (cells.match(/\w+:\w+/g) ?? []);
      return [role, scopes.sort()];
    }),
  );
}

const roles = Object.entries(ROLES).map(([role, scopes]): [string, string[]] => [role, [...scopes].sort()]);

describe('the docs', () => {
  it('say which scopes each role has', () => {
    expect(scopesIn('docs/authentication.md', 'Scopes and roles')).toEqual(Object.fromEntries(roles));
  });

  it('say what each role may change', () => {
    const writes = roles.map(([role, scopes]) => [role, scopes.filter((scope) => !READS.includes(scope))]);
    expect(scopesIn('docs/access.md', 'What each role may change')).toEqual(Object.fromEntries(writes));
  });

  it('say what each scope is for', () => {
    const rows = readFileSync('docs/access.md', 'utf8').matchAll(/^\| `(\w+:\w+)` /gm);
    expect(new Set([...rows].map(([, scope]) => scope))).toEqual(new Set(Object.values(SCOPES)));
  });
});
