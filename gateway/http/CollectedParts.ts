import type { ReturnedParts } from '../upstream/returnedParts.js';

/**
 * What subgraphs give back to the client of one request beside data and errors. Of a subgraph that is asked several times its last answer
 * counts. Where two subgraphs give the same header or the same entry of `extensions`, the first by name does; cookies of all are set.
 */
export class CollectedParts {
  readonly #parts = new Map<string, ReturnedParts>();

  /** @param setHeader sets a header of the reply; `set-cookie` adds one each time */
  constructor(private readonly setHeader: (name: string, value: string) => void) {}

  add(service: string, parts: ReturnedParts): void {
    const before = this.#parts.get(service);
    this.#parts.set(service, {
      headers: { ...before?.headers, ...parts.headers },
      cookies: [...(before?.cookies ?? []), ...parts.cookies],
      extensions: { ...before?.extensions, ...parts.extensions },
    });
  }

  /** Puts headers and cookies on the reply. */
  send(): void {
    for (const { headers, cookies } of this.#lastFirst()) {
      for (const [name, value] of Object.entries(headers)) this.setHeader(name, value);
      for (const cookie of cookies) this.setHeader('set-cookie', cookie);
    }
  }

  /** Undefined when there is none. */
  get extensions(): Readonly<Record<string, unknown>> | undefined {
    const all = Object.assign({}, ...this.#lastFirst().map(({ extensions }) => extensions)) as Record<string, unknown>;
    return Object.keys(all).length > 0 ? all : undefined;
  }

  #lastFirst(): ReturnedParts[] {
    return [...this.#parts].sort(([one], [other]) => (one < other ? 1 : -1)).map(([, parts]) => parts);
  }
}
