import { type ReactNode, useId, useRef, useState } from "react";
import { useParams } from "../../app/url-state.ts";
import { Button, Input, Select } from "../../parts/parts.tsx";
import { type ResolvedVariable, shownText } from "../model/resolve-variables.ts";
import { ALL } from "../model/variable.ts";
import css from "./variable-bar.module.css";

/** The variables of a board that somebody may choose; what is chosen is in the address, as `var-name`. */
export function VariableBar({ variables }: { readonly variables: readonly ResolvedVariable[] }): ReactNode {
  const shown = variables.filter(({ variable }) => variable.hide !== "variable" && variable.type !== "constant");
  // There is one data source of each kind, so there is nothing to choose.
  const choosable = shown.filter(({ variable, choices }) => variable.type !== "datasource" || choices.length > 1);
  if (choosable.length === 0) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out in a line with other controls everywhere.
    <div className={css.bar} role="group" aria-label="Variables">
      {choosable.map((one) => (
        <OneVariable key={one.variable.name} resolved={one} />
      ))}
    </div>
  );
}

function OneVariable({ resolved }: { readonly resolved: ResolvedVariable }): ReactNode {
  const { variable, choices, value } = resolved;
  const [, change] = useParams();
  const id = useId();
  const choose = (values: readonly string[]): void => change({ [`var-${variable.name}`]: values, inspect: undefined });
  const label = variable.hide === "label" ? undefined : variable.label;
  if (variable.type === "textbox") {
    return (
      <form
        className={css.variable}
        onSubmit={(event) => {
          event.preventDefault();
          choose([String(new FormData(event.currentTarget).get("value") ?? "")]);
        }}
      >
        <label htmlFor={id}>{label}</label>
        <Input id={id} name="value" key={value.values[0]} defaultValue={value.values[0] ?? ""} />
      </form>
    );
  }
  if (variable.isMulti) return <Several resolved={resolved} onChoose={choose} />;
  const current = value.chosen[0] ?? "";
  const options = [...(variable.includesAll ? [{ text: "All", value: ALL }] : []), ...choices];
  return (
    <span className={css.variable}>
      <label htmlFor={id}>{label}</label>
      <Select
        id={id}
        value={current}
        title={variable.description}
        aria-label={variable.label}
        onChange={({ target }) => choose([target.value])}
      >
        {!options.some((one) => one.value === current) && (
          <option value={current}>{current === "" ? "none" : current}</option>
        )}
        {options.map((one) => (
          <option key={one.value} value={one.value}>
            {one.text}
          </option>
        ))}
      </Select>
    </span>
  );
}

const MOST_SHOWN = 200;

/** Several values at once: they go into the address when the list is closed. */
function Several({
  resolved: { variable, choices, value },
  onChoose,
}: {
  readonly resolved: ResolvedVariable;
  readonly onChoose: (values: readonly string[]) => void;
}): ReactNode {
  const [draft, setDraft] = useState<ReadonlySet<string> | undefined>(undefined);
  const [search, setSearch] = useState("");
  const box = useRef<HTMLSpanElement>(null);
  const isOpen = draft !== undefined;
  const chosen = draft ?? new Set(value.chosen);
  const close = (): void => {
    if (draft === undefined) return;
    setDraft(undefined);
    setSearch("");
    const next = draft.size === 0 ? (variable.includesAll ? [ALL] : []) : [...draft];
    if (next.join("\n") !== value.chosen.join("\n")) onChoose(next);
  };
  const toggle = (one: string): void => {
    const next = new Set(chosen);
    next.delete(ALL);
    if (!next.delete(one)) next.add(one);
    setDraft(one === ALL || (next.size === 0 && variable.includesAll) ? new Set([ALL]) : next);
  };
  const wanted = search.toLowerCase();
  const found = choices.filter(({ text }) => text.toLowerCase().includes(wanted));
  const extra = [...chosen].filter((one) => one !== ALL && !choices.some((choice) => choice.value === one));
  const listed = [...extra.map((one) => ({ text: one, value: one })), ...found];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out in a line with other controls everywhere.
    <span
      role="group"
      aria-label={variable.label}
      className={css.variable}
      ref={box}
      onBlur={({ relatedTarget }) => box.current?.contains(relatedTarget) !== true && close()}
      onKeyDown={({ key }) => key === "Escape" && close()}
    >
      <span className={css.label}>{variable.hide === "label" ? "" : variable.label}</span>
      <Button
        aria-expanded={isOpen}
        aria-haspopup="dialog"
        aria-label={`${variable.label}: ${shownText(value)}`}
        title={variable.description}
        className={css.chosen}
        onClick={() => (isOpen ? close() : setDraft(new Set(value.chosen)))}
      >
        <span>{shownText(value)}</span> ▾
      </Button>
      {isOpen && (
        <div className={css.list} role="dialog" aria-label={variable.label} tabIndex={-1}>
          {choices.length > 8 && (
            <Input
              aria-label={`Search ${variable.label}`}
              placeholder="Search"
              value={search}
              onChange={({ target }) => setSearch(target.value)}
            />
          )}
          {variable.includesAll && (
            <label>
              <input type="checkbox" checked={chosen.has(ALL)} onChange={() => toggle(ALL)} /> All
            </label>
          )}
          {listed.slice(0, MOST_SHOWN).map((one) => (
            <label key={one.value}>
              <input type="checkbox" checked={chosen.has(one.value)} onChange={() => toggle(one.value)} /> {one.text}
            </label>
          ))}
          {listed.length === 0 && <p>There is nothing to choose yet.</p>}
          {listed.length > MOST_SHOWN && <p>and {listed.length - MOST_SHOWN} more: search for them</p>}
          <Button primary onClick={close}>
            Show
          </Button>
        </div>
      )}
    </span>
  );
}
