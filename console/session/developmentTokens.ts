/** A role that the gateway made a token for, as it does on a developer's own machine. */
export interface DevelopmentToken {
  readonly role: string;
  readonly token: string;
  readonly scopes: readonly string[];
}

/** The tokens of a gateway in development; empty for any other, and where it cannot be asked. */
export async function developmentTokens(): Promise<readonly DevelopmentToken[]> {
  const response = await fetch('/development/tokens', { headers: { accept: 'application/json' } }).catch(() => null);
  if (!response?.ok) return [];
  return (await response.json()) as readonly DevelopmentToken[];
}
