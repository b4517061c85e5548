import { type ReactNode, useEffect, useRef } from "react";
import css from "./parts.module.css";

type TabsProps = {
  readonly label: string;
  readonly tabs: readonly (readonly [id: string, title: ReactNode])[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
};
export function Tabs({ label, tabs, chosen, onChoose }: TabsProps): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  // Where there is no room for all, the chosen one is among those that are seen. The page itself stays where it is.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab is another place.
  useEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>('[aria-selected="true"]');
    if (list.current === null || tab === null || tab === undefined) return;
    const { clientWidth, scrollLeft } = list.current;
    const start = tab.offsetLeft - list.current.offsetLeft;
    if (start < scrollLeft || start + tab.offsetWidth > scrollLeft + clientWidth)
      list.current.scrollLeft = start - (clientWidth - tab.offsetWidth) / 2;
  }, [chosen]);
  return (
    <div ref={list} className={css.tabs} role="tablist" aria-label={label}>
      {tabs.map(([id, title]) => (
        <button
          key={id}
          type="button"
          role="tab"
          className={css.tab}
          aria-selected={id === chosen}
          tabIndex={id === chosen ? 0 : -1}
          onClick={() => onChoose(id)}
          onKeyDown={({ key }) => {
            const at =
              tabs.findIndex(([one]) => one === chosen) + (key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0);
            const next = tabs[(at + tabs.length) % tabs.length];
            if (next !== undefined && next[0] !== chosen) onChoose(next[0]);
          }}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
