import type { KeyObject } from 'node:crypto';

/** What tokens are checked with: one kind of key. */
export type TokenKey =
  | { readonly kind: 'secret'; readonly secret: KeyObject }
  | { readonly kind: 'public key'; readonly key: KeyObject }
  | { readonly kind: 'key set'; readonly url: URL };

/** How callers prove who they are: with a JSON Web Token. */
export interface TokenConfig {
  readonly kind: 'jwt';
  readonly key: TokenKey;
  /** The signatures that count, by their names in JWA; all fit the key. */
  readonly algorithms: readonly string[];
  /** Who must have issued a token; not checked where it is undefined, which only a secret allows. */
  readonly issuer: string | undefined;
  /** For whom it must be; as with the issuer. */
  readonly audience: string | undefined;
  /** How far the issuer's clock may differ from ours, in seconds. */
  readonly clockSkewSeconds: number;
}

/** Whether callers must say who they are. `off`: everybody who can reach the gateway may do everything. */
export type AccessConfig = { readonly kind: 'off' } | TokenConfig;
