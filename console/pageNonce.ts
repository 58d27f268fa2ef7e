/**
 * The nonce under which the page's content security policy lets style elements in. The gateway writes a fresh one into the page at
 * each visit. Empty where there is no policy, as under the development server.
 */
export function pageNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}
