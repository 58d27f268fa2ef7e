import { ApolloLink } from '@apollo/client';
import { Observable, type Subscription } from 'rxjs';
import { setConnection } from './connection.ts';
import { errorCodes } from './errorCodes.ts';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

/**
 * A subscription without a cursor has a moment in which it has not begun yet and something may happen: graphql-transport-ws has no word
 * for "begun". So long after its start, whoever wants to miss nothing looks once more.
 */
const SURELY_BEGUN_MS = 1_500;

/** Refusals that another try does not mend. */
const FINAL = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED']);

/** A refusal of the cursor itself; nothing else of such a subscription can be refused as input once it ran. */
const CURSOR_REFUSED = new Set(['BAD_USER_INPUT']);

/** What a subscription can put into its context for this link. */
export interface ResumeContext {
  /**
   * Called when events may have passed unseen: after a start without a cursor, be it the first or one after a loss. The one who asked reads what there is
   * once more, and drops what they know.
   */
  readonly onBlindStart?: () => void;
}

/**
 * Keeps a subscription alive for as long as somebody wants it: whatever ends it, it is started again, after a pause that grows, with the cursor of
 * the last event as the variable `after`, so that nothing is missed and nothing comes twice. For fields that give each event a
 * `cursor` and take it as `after`, as the graph's directive `@resumable` says.
 */
export class ResumeLink extends ApolloLink {
  override request(
    operation: ApolloLink.Operation,
    forward: ApolloLink.ForwardFunction,
  ): Observable<ApolloLink.Result> {
    return new Observable((observer) => {
      const { onBlindStart } = operation.getContext() as ResumeContext;
      const timers = new Set<ReturnType<typeof setTimeout>>();
      let after: unknown = operation.variables['after'];
      let failures = 0;
      let running: Subscription | undefined;

      const later = (run: () => void, afterMs: number): void => {
        const timer = setTimeout(() => {
          timers.delete(timer);
          run();
        }, afterMs);
        timers.add(timer);
      };
      const again = (): void => {
        setConnection('lost');
        running?.unsubscribe();
        failures += 1;
        later(begin, waitMs(failures));
      };
      const begin = (): void => {
        operation.variables = { ...operation.variables, after };
        running = forward(operation).subscribe({
          next(result) {
            failures = 0;
            setConnection('live');
            after = cursorOf(result.data) ?? after;
            observer.next(result);
          },
          error(error: unknown) {
            const codes = errorCodes(error);
            if (codes.some((code) => FINAL.has(code))) return observer.error(error);
            if (codes.some((code) => CURSOR_REFUSED.has(code))) {
              // What the cursor pointed behind is gone: go on from now, and read the rest.
              if (after === undefined || after === null) return observer.error(error);
              after = undefined;
            }
            return again();
          },
          complete: again,
        });
        if (after === undefined || after === null) later(() => onBlindStart?.(), SURELY_BEGUN_MS);
      };
      const hurry = (): void => {
        if (failures === 0) return;
        for (const timer of timers) clearTimeout(timer);
        timers.clear();
        begin();
      };

      begin();
      globalThis.addEventListener('online', hurry);
      return () => {
        globalThis.removeEventListener('online', hurry);
        for (const timer of timers) clearTimeout(timer);
        running?.unsubscribe();
      };
    });
  }
}

/** Doubles, with chance in it, so that the clients of a gateway that comes back do not all come at once. */
function waitMs(failures: number): number {
  const longest = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
  return longest * (0.5 + Math.random() / 2);
}

function cursorOf(data: Record<string, unknown> | null | undefined): string | undefined {
  for (const event of Object.values(data ?? {})) {
    if (typeof event === 'object' && event !== null && 'cursor' in event) return String(event.cursor);
  }
  return undefined;
}
