const KEY = 'customer360.token';

/** The token of this tab: it outlives a reload, and is gone with the tab. */
export const storedToken = {
  read: (): string | null => sessionStorage.getItem(KEY),
  write: (token: string): void => sessionStorage.setItem(KEY, token),
  forget: (): void => sessionStorage.removeItem(KEY),
} as const;
