import { type Caller, EVERY_SCOPE, HEADERS } from '../../../schema/contract.js';
import { encodeCaller, sign } from '../../../schema/signature.js';
import type { ContractSubject } from './ContractSubject.js';

/** What came back: never a promise that it is GraphQL. */
export interface SubjectAnswer {
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

const CALLER: Caller = { subject: 'contract', scopes: [EVERY_SCOPE] };

/** Longer than any subgraph may take for one answer. */
const TIMEOUT_MS = 30_000;

/** Asks as the gateway does, for a caller who may do everything. */
export async function askSubject(
  subject: ContractSubject,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<SubjectAnswer> {
  const body = JSON.stringify({ query, variables });
  return send(subject.url, body, signedFor(subject, body));
}

/**
 * The headers that the gateway sends beside a body.
 * @param as for whom it asks, by default for one who may do everything, and when, by default now
 */
export function signedFor(
  { name, signingKey }: Pick<ContractSubject, 'name' | 'signingKey'>,
  body: string,
  as: { readonly caller?: Caller; readonly now?: number } = {},
): Record<string, string> {
  const caller = encodeCaller(as.caller ?? CALLER);
  return {
    [HEADERS.caller]: caller,
    [HEADERS.signature]: sign(signingKey, { service: name, caller, body }, as.now),
  };
}

/** Sends a body with these headers beside its type. */
export async function send(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<SubjectAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  let answer: Partial<Pick<SubjectAnswer, 'data' | 'errors'>> = {};
  try {
    answer = JSON.parse(text);
  } catch {
    // Not JSON: then it has neither data nor errors, and whoever asked says so.
  }
  return { status: response.status, data: answer.data ?? null, errors: answer.errors ?? [] };
}
