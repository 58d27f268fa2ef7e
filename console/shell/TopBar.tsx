import { Group } from '@mantine/core';
import { Link, useRoute } from 'wouter';
import { FindBox } from '../find/FindBox.tsx';
import { ConnectionMark } from './ConnectionMark.tsx';
import { Logo } from './Logo.tsx';
import { SchemeButton } from './SchemeButton.tsx';
import { SessionMenu } from './SessionMenu.tsx';
import classes from './TopBar.module.css';

function NavLink({ to, children }: { readonly to: string; readonly children: string }): React.JSX.Element {
  const [isHere] = useRoute(to);
  return (
    <Link to={to} className={classes.link} aria-current={isHere ? 'page' : undefined}>
      {children}
    </Link>
  );
}

/** Where one is, where one can go, the search box, and how the live connection is. */
export function TopBar(): React.JSX.Element {
  const [isStart] = useRoute('/');
  return (
    <div className={classes.bar}>
      <Link to="/" className={classes.home} aria-label="Customer360, start page">
        <Logo />
      </Link>
      <Group component="nav" gap={4} wrap="nowrap" aria-label="Pages" className={classes.nav}>
        <NavLink to="/">Find</NavLink>
        <NavLink to="/live">Live</NavLink>
        <NavLink to="/teams">Teams</NavLink>
      </Group>
      <div className={classes.find}>{!isStart && <FindBox />}</div>
      <Group gap={6} wrap="nowrap" className={classes.tools}>
        <ConnectionMark />
        <SchemeButton />
        <SessionMenu />
      </Group>
    </div>
  );
}
