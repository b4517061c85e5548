import { lazy, type ReactNode, Suspense, useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { askAgain } from "./ask.ts";
import { NOTHING_PRESSED, press } from "./key-sequence.ts";
import css from "./keyboard.module.css";
import { hrefTo } from "./url-state.ts";
import { VIEWS } from "./views.ts";

const Palette = lazy(() => import("./palette.tsx"));

const LEADS: readonly (readonly [keys: string, title: string, path: string])[] = VIEWS.flatMap(
  ({ keys, title, path }) => (keys === undefined || title === undefined ? [] : [[keys, title, path] as const]),
);
const OTHERS: readonly (readonly [keys: string, does: string])[] = [
  ["Ctrl K", "Go to anything (⌘ K)"],
  ["/", "Search in this view"],
  ["r", "Refresh now"],
  ["?", "These keys"],
];
const SEQUENCES = [...LEADS.map(([keys]) => keys), "/", "r", "?"];

/** Who types does not want to go anywhere. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

const searchField = (): HTMLElement | null =>
  document.querySelector<HTMLElement>('main input[type="search"], main [role="searchbox"], main [data-search]');

/** What keys do everywhere, and the two windows that they open. */
export function Keyboard({
  open,
  onOpen,
}: {
  readonly open: Opened;
  readonly onOpen: (next: Opened) => void;
}): ReactNode {
  const [, navigate] = useLocation();
  const pressed = useRef(NOTHING_PRESSED);
  useEffect(() => {
    const act = (keys: string): void => {
      if (keys === "?") onOpen("keys");
      else if (keys === "r") askAgain();
      else if (keys === "/") {
        const field = searchField();
        if (field === null) onOpen("palette");
        else field.focus();
      } else {
        const path = LEADS.find(([one]) => one === keys)?.[2];
        if (path !== undefined) navigate(hrefTo(path));
      }
    };
    const onKeyDown = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        onOpen(open === "palette" ? undefined : "palette");
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || document.querySelector("dialog[open]") !== null) return;
      const next = press(pressed.current, event.key, performance.now(), SEQUENCES);
      pressed.current = next.pressed;
      if (next.done === undefined) return;
      event.preventDefault();
      act(next.done);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [open, onOpen, navigate]);
  return (
    <>
      {open === "palette" && (
        <Suspense>
          <Palette onClose={() => onOpen(undefined)} />
        </Suspense>
      )}
      {open === "keys" && <Keys onClose={() => onOpen(undefined)} />}
    </>
  );
}

export type Opened = "palette" | "keys" | undefined;

function Keys({ onClose }: { readonly onClose: () => void }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself; the click is one beside it.
    <dialog
      ref={dialog}
      className={css.keys}
      aria-label="Keys"
      onClose={onClose}
      onClick={({ target }) => target === dialog.current && onClose()}
    >
      <h2>Keys</h2>
      <dl>
        {[...OTHERS, ...LEADS].map(([keys, does]) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
