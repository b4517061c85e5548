import { type ReactNode, Suspense, useEffect, useState } from "react";
import { Route, Switch, useLocation } from "wouter";
import { Empty, Skeleton } from "../parts/parts.tsx";
import { Boundary } from "./boundary.tsx";
import { Link } from "./link.tsx";
import css from "./shell.module.css";
import { ThemeButton } from "./theme.tsx";
import { TimePicker } from "./time-picker.tsx";
import { refreshNow, useTime } from "./url-state.ts";
import { VIEWS } from "./views.ts";

const isCurrent = (path: string, location: string): boolean =>
  path === "/" ? location === "/" : location.startsWith(path);

/** Everything around a view: navigation, time range, theme. */
export function Shell(): ReactNode {
  const [location] = useLocation();
  const [isOpen, setOpen] = useState(false);
  useAutomaticRefresh();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view closes the menu.
  useEffect(() => setOpen(false), [location]);
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#main">
        To the content
      </a>
      <header className={css.bar}>
        <button
          type="button"
          className={css.menu}
          aria-expanded={isOpen}
          aria-label="Menu"
          onClick={() => setOpen(!isOpen)}
        >
          ☰
        </button>
        <Link to="/" className={css.brand}>
          <img src="/favicon.svg" width="22" height="22" alt="" />
          <span className={css.wide}>agent-observatory</span>
        </Link>
        <TimePicker />
        <ThemeButton />
      </header>
      <nav className={css.nav} data-open={isOpen} aria-label="Views">
        {VIEWS.map(
          ({ path, title }) =>
            title !== undefined && (
              <Link key={path} to={path} aria-current={isCurrent(path, location) ? "page" : undefined}>
                {title}
              </Link>
            ),
        )}
      </nav>
      <main id="main" className={css.main} tabIndex={-1}>
        <Boundary key={location}>
          <Suspense fallback={<Skeleton height={400} />}>
            <Switch>
              {VIEWS.map(({ path, Body }) => (
                <Route key={path} path={path}>
                  <Body />
                </Route>
              ))}
              <Route>
                <Empty title="There is no such view">
                  <p>The address leads to nothing here.</p>
                </Empty>
              </Route>
            </Switch>
          </Suspense>
        </Boundary>
      </main>
    </div>
  );
}

/** A hidden page does not ask. */
function useAutomaticRefresh(): void {
  const { refreshMs } = useTime();
  useEffect(() => {
    if (refreshMs === 0) return;
    const timer = setInterval(() => {
      if (!document.hidden) refreshNow();
    }, refreshMs);
    return () => clearInterval(timer);
  }, [refreshMs]);
}
