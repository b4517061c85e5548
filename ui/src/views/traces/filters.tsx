import { type ReactNode, useId, useState } from "react";
import { useAskOnce } from "../../app/ask.ts";
import { useParams } from "../../app/url-state.ts";
import { Button, Input, Select } from "../../parts/parts.tsx";
import { LIMITS, parseAttribute, parseDurationMs, parseUsd, STATES } from "../../trace/trace-query.ts";
import css from "./traces.module.css";

type Field = {
  readonly name: string;
  readonly label: string;
  readonly placeholder?: string;
  readonly check?: (text: string) => unknown;
};
const FIRST: readonly Field[] = [
  { name: "agent", label: "Agent" },
  { name: "model", label: "Model" },
  { name: "tool", label: "Tool" },
];
const MORE: readonly Field[] = [
  { name: "service", label: "Service" },
  { name: "session", label: "Session" },
  { name: "user", label: "User" },
  { name: "minDuration", label: "At least", placeholder: "500ms, 2s", check: parseDurationMs },
  { name: "maxDuration", label: "At most", placeholder: "10s, 1m", check: parseDurationMs },
  { name: "minCost", label: "Cost at least", placeholder: "$0.05", check: parseUsd },
];
const ALL = [...FIRST, ...MORE];
/** What programs write instead of a name that they do not have. */
const NO_NAMES: ReadonlySet<string> = new Set(["none", "unknown"]);

/** What is looked for, all of it in the address. Nothing is asked for until a field is left or Enter is pressed. */
export function TraceFilters({ known }: { readonly known: Readonly<Record<string, readonly string[]>> }): ReactNode {
  const [params, change] = useParams();
  const isNarrowed = MORE.some(({ name }) => params.has(name)) || params.has("attribute");
  const [isOpen, setOpen] = useState(isNarrowed);
  const [wantsNames, setWantsNames] = useState(false);
  const names = useSuggestions(wantsNames);
  const options = (name: string): readonly string[] => [...new Set([...(names[name] ?? []), ...(known[name] ?? [])])];
  const status = params.get("status") ?? "";
  return (
    <search className={css.filters} aria-label="Traces" onFocus={() => setWantsNames(true)}>
      <div className={css.filterLine}>
        <TextField
          field={{ name: "text", label: "Search texts", placeholder: "Search names, messages, attributes…" }}
          isWide
          options={[]}
        />
        <fieldset className={css.states} aria-label="Status">
          {["", ...STATES].map((state) => (
            <Button
              key={state}
              aria-pressed={status === state}
              onClick={() => change({ status: state === "" ? undefined : state })}
            >
              {state === "" ? "All" : state}
            </Button>
          ))}
        </fieldset>
      </div>
      <div className={css.filterLine}>
        {FIRST.map((field) => (
          <TextField key={field.name} field={field} options={options(field.name)} />
        ))}
        <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Fewer filters" : "More filters"}
        </Button>
        <Select
          aria-label="Which traces"
          value={params.get("scope") ?? "agents"}
          onChange={({ target }) => change({ scope: target.value === "all" ? "all" : undefined })}
        >
          <option value="agents">Agents at work</option>
          <option value="all">All traces</option>
        </Select>
        <Select
          aria-label="How many"
          value={params.get("limit") ?? "100"}
          onChange={({ target }) => change({ limit: target.value === "100" ? undefined : target.value })}
        >
          {LIMITS.map((limit) => (
            <option key={limit} value={limit}>
              {limit} at most
            </option>
          ))}
        </Select>
      </div>
      {isOpen && (
        <div className={css.filterLine}>
          {MORE.map((field) => (
            <TextField key={field.name} field={field} options={options(field.name)} />
          ))}
          <AttributeField />
        </div>
      )}
      <Chips />
    </search>
  );
}

function TextField({
  field: { name, label, placeholder = "", check },
  options,
  isWide = false,
}: {
  readonly field: Field;
  readonly options: readonly string[];
  readonly isWide?: boolean;
}): ReactNode {
  const [params, change] = useParams();
  const listId = useId();
  const written = params.get(name) ?? "";
  const put = (text: string): void => {
    const value = text.trim();
    if (value !== written) change({ [name]: value === "" ? undefined : value });
  };
  const isBad = written !== "" && check !== undefined && check(written) === undefined;
  return (
    <label className={isWide ? css.wide : css.field}>
      <span className={isWide ? "visually-hidden" : css.label}>{label}</span>
      <Input
        // Another address has another text.
        key={written}
        type="search"
        defaultValue={written}
        placeholder={placeholder}
        aria-invalid={isBad}
        {...(options.length > 0 && { list: listId })}
        onKeyDown={(event) => event.key === "Enter" && put(event.currentTarget.value)}
        onBlur={(event) => put(event.currentTarget.value)}
        onChange={(event) => {
          // One of the list was chosen, or all was deleted: that is meant.
          const { value } = event.currentTarget;
          if (value === "" || (!("inputType" in event.nativeEvent) && options.includes(value))) put(value);
        }}
      />
      {options.length > 0 && (
        <datalist id={listId}>
          {options.slice(0, 200).map((option) => (
            <option key={option} value={option} />
          ))}
        </datalist>
      )}
      {isBad && <span className={css.bad}>as in {placeholder}</span>}
    </label>
  );
}

function AttributeField(): ReactNode {
  const [params, change] = useParams();
  const given = params.getAll("attribute");
  const [isBad, setBad] = useState(false);
  return (
    <label className={css.field}>
      <span className={css.label}>Attribute</span>
      <Input
        key={given.length}
        type="search"
        placeholder="name=value"
        aria-invalid={isBad}
        onKeyDown={(event) => {
          const value = event.currentTarget.value.trim();
          if (event.key !== "Enter" || value === "") return;
          setBad(parseAttribute(value) === undefined);
          if (parseAttribute(value) !== undefined) change({ attribute: [...given, value] });
        }}
      />
      {isBad && <span className={css.bad}>as in name=value</span>}
    </label>
  );
}

/** Every condition, to be taken away. */
function Chips(): ReactNode {
  const [params, change] = useParams();
  const named = [{ name: "text", label: "Text" }, ...ALL].filter(({ name }) => params.has(name));
  const attributes = params.getAll("attribute");
  if (named.length + attributes.length === 0) return undefined;
  const nothing = Object.fromEntries([...named.map(({ name }) => name), "attribute"].map((name) => [name, undefined]));
  return (
    <ul className={css.chips} aria-label="Conditions">
      {named.map(({ name, label }) => (
        <li key={name}>
          <button
            type="button"
            aria-label={`Remove ${label} ${params.get(name)}`}
            onClick={() => change({ [name]: undefined })}
          >
            <span>{label}</span> {params.get(name)} <span aria-hidden="true">✕</span>
          </button>
        </li>
      ))}
      {attributes.map((attribute) => (
        <li key={attribute}>
          <button
            type="button"
            aria-label={`Remove ${attribute}`}
            onClick={() => change({ attribute: attributes.filter((one) => one !== attribute) })}
          >
            {attribute} <span aria-hidden="true">✕</span>
          </button>
        </li>
      ))}
      <li>
        <button type="button" onClick={() => change(nothing)}>
          Remove all
        </button>
      </li>
    </ul>
  );
}

/** Names that there are, once somebody is about to choose. A back end that does not answer suggests nothing. */
function useSuggestions(enabled: boolean): Readonly<Record<string, readonly string[]>> {
  const { data } = useAskOnce(
    ["trace suggestions"],
    async ({ prometheus, jaeger }) => {
      const values = (label: string): Promise<readonly string[]> => prometheus.labelValues(label).catch(() => []);
      const [agent, model, tool, service] = await Promise.all([
        values("agent"),
        values("model"),
        values("tool"),
        jaeger.services().catch(() => []),
      ]);
      const named = (list: readonly string[]): readonly string[] => list.filter((name) => !NO_NAMES.has(name));
      return { agent: named(agent), model: named(model), tool: named(tool), service };
    },
    { enabled },
  );
  return data ?? {};
}
