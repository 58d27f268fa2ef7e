import { Center, Loader } from '@mantine/core';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { developmentTokens, type DevelopmentToken } from './developmentTokens.ts';
import { isOpenToAll } from './isOpenToAll.ts';
import { readToken } from './readToken.ts';
import { OPEN_SESSION, type Session } from './Session.ts';
import { SignInPage } from './SignInPage.tsx';
import { storedToken } from './storedToken.ts';

type State =
  | { readonly at: 'arriving' }
  | { readonly at: 'signIn'; readonly tokens: readonly DevelopmentToken[]; readonly reason: string | null }
  | { readonly at: 'inside'; readonly session: Session };

/** `setTimeout` takes no longer time. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const EXPIRED = 'Your token has expired. Sign in again to go on where you were.';

/** The session of a token that was kept, or of a gateway that asks for none; else what the sign-in page needs. */
async function arrive(): Promise<State> {
  const kept = storedToken.read();
  const session = kept ? readToken(kept) : null;
  if (session && (session.expiresAt ?? Infinity) > Date.now()) return { at: 'inside', session };
  storedToken.forget();
  const tokens = await developmentTokens();
  if (tokens.length === 0 && !kept && (await isOpenToAll())) return { at: 'inside', session: OPEN_SESSION };
  return { at: 'signIn', tokens, reason: session ? EXPIRED : null };
}

/** Lets people in who have a token, or everyone where the gateway asks for none; when the token runs out they are asked again. */
export function SessionGate({
  children,
}: {
  readonly children: (session: Session, leave: (reason: string | null) => void) => ReactNode;
}): ReactNode {
  const [state, setState] = useState<State>({ at: 'arriving' });

  useEffect(() => {
    void arrive().then(setState);
  }, []);

  const enter = useCallback((session: Session) => {
    if (session.token) storedToken.write(session.token);
    setState({ at: 'inside', session });
  }, []);
  const leave = useCallback((reason: string | null) => {
    storedToken.forget();
    void developmentTokens().then((tokens) => setState({ at: 'signIn', tokens, reason }));
  }, []);

  const expiresAt = state.at === 'inside' ? state.session.expiresAt : null;
  useEffect(() => {
    if (expiresAt === null) return undefined;
    const timer = setTimeout(() => leave(EXPIRED), Math.min(expiresAt - Date.now(), LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  }, [expiresAt, leave]);

  if (state.at === 'inside') return children(state.session, leave);
  if (state.at === 'signIn') return <SignInPage tokens={state.tokens} reason={state.reason} enter={enter} />;
  return (
    <Center h="100dvh">
      <Loader role="status" aria-label="Signing in" />
    </Center>
  );
}
