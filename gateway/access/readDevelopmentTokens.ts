import { isLoopback } from '../http/isLoopback.js';
import { DEVELOPMENT_TOKENS, type DevelopmentToken, developmentTokens } from './DevelopmentToken.js';

/**
 * Reads the tokens that `npm start` made for this machine. They are told to whoever opens GraphiQL or the console, so they are refused wherever
 * others could: in production, and where the gateway listens on more than loopback.
 */
export function readDevelopmentTokens(
  host: string,
  env: Readonly<Record<string, string | undefined>>,
): { readonly value: readonly DevelopmentToken[] } | { readonly problems: readonly string[] } {
  const text = env[DEVELOPMENT_TOKENS];
  if (!text) return { value: [] };
  if (env['NODE_ENV'] === 'production' || !isLoopback(host)) {
    return { problems: [`${DEVELOPMENT_TOKENS} is only for loopback, and not for NODE_ENV=production`] };
  }
  try {
    return { value: Object.freeze(developmentTokens.parse(JSON.parse(text))) };
  } catch {
    return { problems: [`${DEVELOPMENT_TOKENS} is not a list of tokens`] };
  }
}
