/** Who looks at the console. */
export interface Session {
  /** What goes with each request; null where the gateway asks for none. */
  readonly token: string | null;
  /** The token's subject, for the menu. */
  readonly subject: string | null;
  /** What they may do, in the graph's words: `customer:read`. `*` stands for everything. */
  readonly scopes: readonly string[];
  /** When the token runs out, in milliseconds since 1970; null when it does not say. */
  readonly expiresAt: number | null;
}

/** What everyone is where the gateway runs without access control. */
export const OPEN_SESSION: Session = { token: null, subject: null, scopes: ['*'], expiresAt: null };

/** Whether a session has a scope. */
export function hasScope({ scopes }: Session, scope: string): boolean {
  return scopes.includes(scope) || scopes.includes('*');
}
