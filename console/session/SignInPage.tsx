import { Alert, Button, Center, Paper, PasswordInput, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useState } from 'react';
import { wordsOf } from '../format/wordsOf.ts';
import { Logo } from '../shell/Logo.tsx';
import type { DevelopmentToken } from './developmentTokens.ts';
import { readToken } from './readToken.ts';
import type { Session } from './Session.ts';
import classes from './SignInPage.module.css';

interface Props {
  /** The roles of a gateway in development; empty for any other. */
  readonly tokens: readonly DevelopmentToken[];
  /** Why somebody who was inside is asked again. */
  readonly reason: string | null;
  readonly enter: (session: Session) => void;
}

/** Picks one of the tokens of a gateway in development, or takes one that is pasted. */
export function SignInPage({ tokens, reason, enter }: Props): React.JSX.Element {
  useDocumentTitle('Sign in · Customer360');
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);

  const tryToken = (token: string): void => {
    const session = readToken(token);
    if (!session) setProblem('This is not a token: it has three parts with dots between them.');
    else if ((session.expiresAt ?? Infinity) <= Date.now()) setProblem('This token has expired. Ask for a new one.');
    else enter(session);
  };

  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper className={classes.card} withBorder p="xl" w="100%" maw={440}>
        <Stack gap="md">
          <Logo />
          <Title order={1}>Sign in</Title>
          {reason && (
            <Alert color="orange" role="alert">
              {reason}
            </Alert>
          )}
          {tokens.length > 0 && (
            <Stack gap="xs" role="group" aria-label="Roles of this development gateway">
              <Text c="dimmed" size="sm">
                This gateway runs for development. Choose who you want to be:
              </Text>
              {tokens.map(({ role, token, scopes }) => (
                <UnstyledButton key={role} className={classes.role} onClick={() => tryToken(token)}>
                  <Text fw={600}>{wordsOf(role)}</Text>
                  <Text size="xs" c="dimmed">
                    {scopes.join(' · ')}
                  </Text>
                </UnstyledButton>
              ))}
            </Stack>
          )}
          <form
            onSubmit={(event) => {
              event.preventDefault();
              tryToken(text);
            }}
          >
            <Stack gap="sm">
              <PasswordInput
                label={tokens.length > 0 ? 'Or paste a token' : 'Token'}
                description="A JSON Web Token that this gateway trusts. It stays in this tab."
                value={text}
                onChange={(event) => {
                  setText(event.currentTarget.value);
                  setProblem(null);
                }}
                error={problem}
                autoComplete="off"
                required
              />
              <Button type="submit">Sign in</Button>
            </Stack>
          </form>
        </Stack>
      </Paper>
    </Center>
  );
}
