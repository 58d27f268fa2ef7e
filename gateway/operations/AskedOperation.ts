/** What a client sends to have an operation run, checked in its outer shape only. */
export interface AskedOperation {
  /** Its text; empty where `extensions` say which one is meant. */
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  /** May name the text by its SHA-256: see `persistedId`. */
  readonly extensions?: unknown;
}
