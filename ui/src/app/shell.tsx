import { type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { Route, Switch, useLocation } from "wouter";
import { Empty, Page, Skeleton } from "../parts/parts.tsx";
import { askAgain, useAskOnce } from "./ask.ts";
import { Boundary } from "./boundary.tsx";
import { Keyboard, type Opened } from "./keyboard.tsx";
import { Link } from "./link.tsx";
import css from "./shell.module.css";
import { ThemeButton } from "./theme.tsx";
import { TimePicker } from "./time-picker.tsx";
import { WithToken } from "./token-entry.tsx";
import { useTime } from "./url-state.ts";
import { ViewIcon } from "./view-icon.tsx";
import { VIEWS } from "./views.ts";

/** Whether a view of the navigation is the one that is seen, or has it. */
function isCurrent(path: string, location: string): boolean {
  const [top = ""] = location.slice(1).split("/", 1);
  return VIEWS.some((view) => view.path.split("/", 2)[1] === top && (view.partOf ?? view.path) === path);
}

/** Everything around a view: navigation, time range, theme. */
export function Shell(): ReactNode {
  const [location] = useLocation();
  const [isOpen, setOpen] = useState(false);
  const [opened, setOpened] = useState<Opened>();
  const main = useFocusOnNavigation(location);
  useAutomaticRefresh();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view closes the menu.
  useEffect(() => {
    setOpen(false);
    setOpened(undefined);
  }, [location]);
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
          <span className={css.heard}>agent-observatory</span>
        </Link>
        <button
          type="button"
          className={css.search}
          aria-keyshortcuts="Control+K Meta+K"
          onClick={() => setOpened("palette")}
        >
          <span aria-hidden="true">⌕</span>
          <span className={css.heard}>Go to…</span>
          <span className={css.wide} aria-hidden="true">
            <kbd>Ctrl K</kbd>
          </span>
        </button>
        <TimePicker />
        <ThemeButton />
      </header>
      <nav className={css.nav} data-open={isOpen} aria-label="Views">
        {VIEWS.map(
          ({ path, title }) =>
            title !== undefined && (
              <Link key={path} to={path} aria-current={isCurrent(path, location) ? "page" : undefined}>
                <ViewIcon path={path} />
                {title}
              </Link>
            ),
        )}
        <Whose />
      </nav>
      <main id="main" ref={main} className={css.main} tabIndex={-1}>
        <WithToken>
          <Boundary key={location}>
            <Suspense fallback={<Skeleton height={400} />}>
              <Switch>
                {VIEWS.map(({ path, Body }) => (
                  <Route key={path} path={path}>
                    <Body />
                  </Route>
                ))}
                <Route>
                  <NoSuchView />
                </Route>
              </Switch>
            </Suspense>
          </Boundary>
        </WithToken>
      </main>
      <Keyboard open={opened} onOpen={setOpened} />
    </div>
  );
}

/** Who answers. Asked in any case, so that a token that is needed is asked for whatever the view asks. */
function Whose(): ReactNode {
  const { data } = useAskOnce(["whose"], ({ prometheus }) => prometheus.buildInfo());
  const [, own] = /^agent-observatory (.+)$/.exec(data?.revision ?? "") ?? [];
  const said = own === undefined ? data && `Prometheus ${data.version}` : `embedded, ${own}`;
  return <p className={css.whose}>{said}</p>;
}

const NoSuchView = (): ReactNode => (
  <Page title="Not found">
    <Empty title="There is no such view">
      <p>
        The address leads to nothing here. <Link to="/">Home</Link> has everything at a glance.
      </p>
    </Empty>
  </Page>
);

/** Another view is read from its beginning, by who looks and by who listens. Going back leads to where one was. */
function useFocusOnNavigation(location: string): React.RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null);
  const seen = useRef({ location, isBack: false });
  useEffect(() => {
    const onPopState = (): void => {
      seen.current.isBack = true;
    };
    window.addEventListener("popstate", onPopState);
    return () => window.removeEventListener("popstate", onPopState);
  }, []);
  useEffect(() => {
    const { location: before, isBack } = seen.current;
    seen.current = { location, isBack: false };
    if (before === location) return;
    main.current?.focus({ preventScroll: true });
    if (!isBack) window.scrollTo(0, 0);
  }, [location]);
  return main;
}

/** A hidden page does not ask, and what it missed is asked for when it is seen again. What failed is tried again, whatever it is of. */
function useAutomaticRefresh(): void {
  const { refreshMs, range } = useTime();
  const ending = useRef(range.endMs);
  ending.current = range.endMs;
  useEffect(() => {
    if (refreshMs === 0) return;
    let askedMs = Date.now();
    const refresh = (): void => {
      if (document.hidden) return;
      askedMs = Date.now();
      // A range that stands still and ends later fills on.
      const isFilling = ending.current > askedMs;
      askAgain((query) => query.state.status === "error" || (isFilling && query.isStale()));
    };
    const onVisibility = (): void => {
      if (Date.now() - askedMs >= refreshMs) refresh();
    };
    const timer = setInterval(refresh, refreshMs);
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", onVisibility);
    };
  }, [refreshMs]);
}
