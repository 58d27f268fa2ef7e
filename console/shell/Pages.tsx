import { AppShell, Center, Loader, Text } from '@mantine/core';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { Route, Switch, useLocation, useRoute } from 'wouter';
import { FindPage } from '../find/FindPage.tsx';
import { Boundary } from '../parts/Boundary.tsx';
import { TopBar } from './TopBar.tsx';
import classes from './Pages.module.css';

const CustomerPage = lazy(async () => ({ default: (await import('../customer/CustomerPage.tsx')).CustomerPage }));
const LivePage = lazy(async () => ({ default: (await import('../live/LivePage.tsx')).LivePage }));
const TeamsPage = lazy(async () => ({ default: (await import('../teams/TeamsPage.tsx')).TeamsPage }));

const wait = (
  <Center h="60dvh">
    <Loader role="status" aria-label="Loading" />
  </Center>
);

/** The pages behind the top bar, each in a file of its own that is loaded when it is first opened. */
export function Pages(): React.JSX.Element {
  const [isStart] = useRoute('/');
  const [location] = useLocation();
  const arrived = useRef(location);
  useEffect(() => {
    if (arrived.current === location) return;
    arrived.current = location;
    globalThis.scrollTo(0, 0);
    // Who listens or uses the keyboard goes on at the new page and not at the link; the start page takes the focus itself.
    if (location !== '/') document.getElementById('content')?.focus({ preventScroll: true });
  }, [location]);
  return (
    <>
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <AppShell header={{ height: { base: isStart ? 56 : 100, sm: 56 } }} padding={{ base: 'xs', sm: 'md' }}>
        <AppShell.Header className={classes.header}>
          <TopBar />
        </AppShell.Header>
        <AppShell.Main className={classes.main} id="content" tabIndex={-1}>
          <Boundary>
            <Suspense fallback={wait}>
              <Switch>
                <Route path="/">
                  <FindPage />
                </Route>
                <Route path="/customers/:id">{({ id }) => <CustomerPage key={id} id={id} />}</Route>
                <Route path="/live">
                  <LivePage />
                </Route>
                <Route path="/teams">
                  <TeamsPage />
                </Route>
                <Route>
                  <Text>There is no such page.</Text>
                </Route>
              </Switch>
            </Suspense>
          </Boundary>
        </AppShell.Main>
      </AppShell>
    </>
  );
}
