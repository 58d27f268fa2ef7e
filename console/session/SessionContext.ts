import { createContext } from 'react';
import { OPEN_SESSION, type Session } from './Session.ts';

/** The session, and the way out of it: with a reason where it was not the user's wish. */
export const SessionContext = createContext<{
  readonly session: Session;
  readonly leave: (reason: string | null) => void;
}>({ session: OPEN_SESSION, leave: () => undefined });
