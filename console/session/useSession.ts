import { use } from 'react';
import { hasScope, type Session } from './Session.ts';
import { SessionContext } from './SessionContext.ts';

/** Who looks, what they may do, and how they leave. */
export function useSession(): {
  readonly session: Session;
  /** Whether they have a scope: what they may not do is not offered. */
  readonly can: (scope: string) => boolean;
  readonly leave: (reason: string | null) => void;
} {
  const { session, leave } = use(SessionContext);
  return { session, leave, can: (scope) => hasScope(session, scope) };
}
