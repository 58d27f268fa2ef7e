import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { ERROR_CODES } from '../../schema/contract.js';

/** Why a caller is not let in. The message says it in words that are safe to send, and holds nothing of the token. */
export class AccessRefused extends GraphQLError {
  override readonly name = 'AccessRefused';
  /** The HTTP status that says so. */
  readonly status: number;
  /** Headers that go with it. */
  readonly headers: Readonly<Record<string, string>>;

  private constructor(message: string, code: string, status: number, headers: Readonly<Record<string, string>>) {
    const map = new HeaderMap();
    for (const [name, value] of Object.entries(headers)) map.set(name, value);
    // Apollo Server takes status and headers from here.
    const extensions: Record<string, unknown> = { code, http: { status, headers: map } };
    super(message, { extensions });
    this.status = status;
    this.headers = headers;
  }

  /** The token will not do. @see https://www.rfc-editor.org/rfc/rfc6750#section-3 */
  static unauthenticated(message: string): AccessRefused {
    const challenge = `Bearer error="invalid_token", error_description="${message.replaceAll('"', "'")}"`;
    return new AccessRefused(message, ERROR_CODES.UNAUTHENTICATED, 401, { 'www-authenticate': challenge });
  }

  /** The token cannot be checked now. */
  static unavailable(message: string): AccessRefused {
    return new AccessRefused(message, ERROR_CODES.SERVICE_UNAVAILABLE, 503, { 'retry-after': '1' });
  }

  /** The request says something about itself that cannot be read. */
  static malformed(message: string): AccessRefused {
    return new AccessRefused(message, ERROR_CODES.BAD_REQUEST, 400, {});
  }
}
