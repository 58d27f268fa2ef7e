import { setTimeout as delay } from 'node:timers/promises';

/** The gateway refused what it was asked. It would refuse it again. */
export class RefusedError extends Error {
  constructor(
    message: string,
    /** `extensions.code` of the first error. */
    readonly code: string,
  ) {
    super(message);
  }
}

/** How long to wait before trying again, in milliseconds: doubled from the first to the last. */
const BACKOFF = { first: 250, last: 8000 };

/** After how many milliseconds a request is given up. */
const PATIENCE = 20_000;

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** Codes of errors that pass by themselves. */
const PASSING = new Set(['SERVICE_UNAVAILABLE', 'INTERNAL_SERVER_ERROR']);

/** What a GraphQL operation is asked with, beside its text. */
export type Variables = Readonly<Record<string, unknown>>;

/** The gateway over HTTP. While it cannot be reached, it is asked again and again, at growing intervals. */
export class Gateway {
  #away = false;

  /**
   * @param url of its GraphQL
   * @param token sent as `authorization: Bearer`, when there is one
   * @param stop ends the waiting for a gateway that is away
   * @param say told when the gateway goes away and comes back
   */
  constructor(
    readonly url: string,
    readonly token: string | undefined,
    readonly stop: AbortSignal,
    readonly say: (line: string) => void,
  ) {}

  /**
   * Asks, until there is an answer. What is asked may be carried out more than once: give mutations an idempotency key.
   * @throws RefusedError for an answer with errors that do not pass; whatever `stop` was aborted with
   */
  async ask<Data>(query: string, variables: Variables = {}): Promise<Data> {
    for (let wait = BACKOFF.first; ; wait = Math.min(BACKOFF.last, wait * 2)) {
      const outcome = await this.#try(query, variables);
      if ('data' in outcome) {
        if (this.#away) this.say(`${this.url} answers again`);
        this.#away = false;
        return outcome.data as Data;
      }
      if (!this.#away) this.say(`${this.url} does not answer (${outcome.failure}); trying again`);
      this.#away = true;
      await delay(wait, undefined, { signal: this.stop });
    }
  }

  async #try(query: string, variables: Variables): Promise<{ data: unknown } | { failure: string }> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        },
        body: JSON.stringify({ query, variables }),
        // Not of `stop`: what was begun gets its answer.
        signal: AbortSignal.timeout(PATIENCE),
      });
      text = await response.text();
    } catch (error) {
      const { message, cause } = error as Error & { cause?: { code?: string } };
      return { failure: cause?.code ?? message };
    }
    return read(response.status, text);
  }
}

function read(status: number, text: string): { data: unknown } | { failure: string } {
  if (status === 429 || status >= 500) return { failure: `HTTP ${status}` };
  let answer: Answer;
  try {
    answer = JSON.parse(text) as Answer;
  } catch {
    throw new RefusedError(`the answer is no JSON (HTTP ${status}): ${text.slice(0, 100)}`, 'NO_JSON');
  }
  const [error] = answer.errors ?? [];
  if (error === undefined) return { data: answer.data };
  const code = error.extensions?.code ?? `HTTP_${status}`;
  if (PASSING.has(code)) return { failure: error.message };
  throw new RefusedError(error.message, code);
}
