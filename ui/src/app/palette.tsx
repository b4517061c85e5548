import { useQueries } from "@tanstack/react-query";
import { type ReactNode, useDeferredValue, useEffect, useId, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { access, askBackends } from "./backends.ts";
import css from "./palette.module.css";
import type { Item } from "./palette-item.ts";
import { ITEM_SOURCES, viewItems } from "./palette-items.ts";
import { search } from "./palette-search.ts";
import { hrefTo } from "./url-state.ts";

const STALE_MS = 30_000;

function useItems(): readonly Item[] {
  const answers = useQueries({
    queries: ITEM_SOURCES.map((source, index) => ({
      queryKey: ["palette", index],
      queryFn: () => source(askBackends(), access.fetch),
      staleTime: STALE_MS,
    })),
  });
  const known = answers.map(({ data }) => data);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is new every time, what is in it is not.
  return useMemo(() => [...viewItems(), ...known.flatMap((items) => items ?? [])], known);
}

/** Goes anywhere by a few letters. */
export default function Palette({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [, navigate] = useLocation();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const items = useItems();
  const wanted = useDeferredValue(text);
  const shown = useMemo(() => search(items, wanted), [items, wanted]);
  const chosen = Math.min(at, shown.length - 1);

  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  useEffect(() => {
    document.getElementById(`${id}-${chosen}`)?.scrollIntoView({ block: "nearest" });
  }, [id, chosen]);
  const go = (item: Item | undefined): void => {
    if (item === undefined) return;
    onClose();
    navigate(hrefTo(item.to, item.params));
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && shown.length > 0) setAt((chosen + step + shown.length) % shown.length);
    // The text may be ahead of what is shown for it.
    else if (event.key === "Enter") go(search(items, text)[text === wanted ? chosen : 0]);
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself; the click is one beside it.
    <dialog
      ref={dialog}
      className={css.palette}
      aria-label="Go to"
      onClose={onClose}
      onClick={({ target }) => target === dialog.current && onClose()}
    >
      <input
        className={css.input}
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={shown.length === 0 ? undefined : `${id}-${chosen}`}
        aria-label="Go to a view, agent, tool, model, dashboard, alert or trace"
        placeholder="Go to a view, agent, tool, model, dashboard, alert, trace id…"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div className={css.list} role="listbox" id={`${id}-list`} aria-label="Found">
        {shown.map((item, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys.
          // biome-ignore lint/a11y/useFocusableInteractive: the input has the focus, and says which one is chosen.
          <div
            key={`${item.kind} ${item.to} ${item.title}`}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            className={css.option}
            onClick={() => go(item)}
            onPointerMove={() => setAt(index)}
          >
            <span className={css.kind}>{item.kind}</span>
            <span className={css.title} dir="auto">
              {item.title}
            </span>
            <span className={css.note}>{item.note}</span>
          </div>
        ))}
      </div>
      {shown.length === 0 && <p className={css.none}>Nothing by that name.</p>}
    </dialog>
  );
}
