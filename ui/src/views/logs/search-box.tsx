import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button, CopyButton, Input } from "../../parts/parts.tsx";
import { toLogql } from "./log-query.ts";
import css from "./logs.module.css";
import { isLogql } from "./search-text.ts";

/** One box for words and for LogQL; what it asks Loki is shown. Asks when it is sent, not with every key. */
export function SearchBox({
  text,
  onSearch,
}: {
  readonly text: string;
  readonly onSearch: (text: string) => void;
}): ReactNode {
  const [typed, setTyped] = useState(text);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setTyped(text), [text]);
  const logql = toLogql(typed);
  return (
    <form
      className={css.search}
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(typed.trim());
      }}
    >
      <div className={css.box}>
        <Input
          ref={input}
          type="search"
          aria-label="Search the logs"
          aria-describedby="logs-logql"
          placeholder='Words, level:error, agent:planner, session:s1, -"not this", or LogQL'
          value={typed}
          spellCheck={false}
          autoComplete="off"
          onChange={({ target }) => {
            setTyped(target.value);
            // The cross in the box.
            if (target.value === "" && text !== "") onSearch("");
          }}
        />
        <Button type="submit" primary>
          Search
        </Button>
      </div>
      <div className={css.logql} id="logs-logql">
        <span>LogQL</span>
        <code title={logql}>{logql}</code>
        {!isLogql(typed) && (
          <Button
            onClick={() => {
              setTyped(logql);
              input.current?.focus();
            }}
          >
            Edit
          </Button>
        )}
        <CopyButton text={logql} />
      </div>
      <details className={css.help}>
        <summary>What can be typed</summary>
        <dl>
          <dt>
            <code>refund timeout</code>
          </dt>
          <dd>lines with both; small letters find capitals too</dd>
          <dt>
            <code>"exactly this" -unless</code>
          </dt>
          <dd>a phrase as it is; a minus leaves lines out</dd>
          <dt>
            <code>level&gt;=warn agent:desk tool:refund</code>
          </dt>
          <dd>
            fields: service, agent, tool, model, session, user, trace, level, category, or any other; a comma means any
            of them
          </dd>
          <dt>
            <code>status&gt;500 path~"^/api"</code>
          </dt>
          <dd>numbers and regular expressions</dd>
          <dt>
            <code>refund | json | amount &gt; 100</code>
          </dt>
          <dd>what stands behind a | is LogQL</dd>
          <dt>
            <code>{'{service_name="billing"} |= "refund"'}</code>
          </dt>
          <dd>LogQL throughout; queries that count are drawn as a chart</dd>
        </dl>
      </details>
    </form>
  );
}
