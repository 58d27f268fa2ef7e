import { ApolloProvider } from '@apollo/client/react';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { useMemo } from 'react';
import { createGraphClient } from './graph/createGraphClient.ts';
import { pageNonce } from './pageNonce.ts';
import { Pages } from './shell/Pages.tsx';
import type { Session } from './session/Session.ts';
import { SessionContext } from './session/SessionContext.ts';
import { SessionGate } from './session/SessionGate.tsx';
import { cssVariables, theme } from './theme.ts';

interface SignedInProps {
  readonly session: Session;
  readonly leave: (reason: string | null) => void;
}

/** The console of somebody who has signed in: a graph client of their own, so that nothing of one session is left for the next. */
function SignedIn({ session, leave }: SignedInProps): React.JSX.Element {
  const client = useMemo(() => createGraphClient(session.token, leave), [session.token, leave]);
  const context = useMemo(() => ({ session, leave }), [session, leave]);
  return (
    <SessionContext value={context}>
      <ApolloProvider client={client}>
        <Pages />
      </ApolloProvider>
    </SessionContext>
  );
}

/** The whole console. */
export function App(): React.JSX.Element {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={pageNonce}
    >
      <Notifications position="bottom-right" />
      <SessionGate>{(session, leave) => <SignedIn session={session} leave={leave} />}</SessionGate>
    </MantineProvider>
  );
}
