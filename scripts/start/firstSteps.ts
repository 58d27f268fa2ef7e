import type { DevelopmentToken } from '../../gateway/access/DevelopmentToken.js';

/** The role whose token the first query is shown with, and that GraphiQL has. */
export const FIRST_ROLE = 'admin';

/** What {@link firstSteps} tells of. */
export interface FirstSteps {
  /** The gateway's GraphQL address, for people. */
  readonly url: string;
  /** Null when there is nobody to ask for. */
  readonly query: string | null;
  readonly tokens: readonly DevelopmentToken[];
  /** Where the tokens are kept, and for how many days they hold. */
  readonly file: string;
  readonly days: number;
}

/** What someone reads who has just started the product: who they may be, and what to ask first. */
export function firstSteps({ url, query, tokens, file, days }: FirstSteps): string {
  const parts: string[] = [];
  if (tokens.length > 0) {
    parts.push(`A token for each role, for ${days} days (also in ${file}):`);
    for (const { role, token, scopes } of tokens) parts.push(`${role}: ${scopes.join(' ')}\n${token}`);
  }
  const token = tokens.find(({ role }) => role === FIRST_ROLE)?.token;
  if (query !== null) {
    const known = token === undefined ? '' : ` (the ${FIRST_ROLE}'s token is filled in there)`;
    parts.push(
      `A first query, for ${new URL('/graphiql', url).href} in a browser${known}:`,
      query,
      'The same in a shell:',
    );
    parts.push(curl(url, query, token));
  }
  return parts.join('\n\n');
}

function curl(url: string, query: string, token: string | undefined): string {
  // A quote would end the shell's.
  const body = JSON.stringify({ query: query.replace(/\s+/g, ' ') }).replaceAll("'", String.raw`\u0027`);
  const lines = [`curl ${url} -H 'content-type: application/json'`];
  if (token !== undefined) lines.push(`  -H 'authorization: Bearer ${token}'`);
  return [...lines, `  -d '${body}'`].join(' \\\n');
}
