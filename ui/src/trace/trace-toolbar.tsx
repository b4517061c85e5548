import type { ReactNode, Ref } from "react";
import { Button, Input, Select } from "../parts/parts.tsx";
import type { Coloring } from "./span-facts.ts";
import css from "./trace-toolbar.module.css";

type TraceToolbarProps = {
  readonly find: string;
  readonly findRef: Ref<HTMLInputElement>;
  readonly onFind: (text: string) => void;
  /** Which of the rows that were found one is at; 0 for none of them. */
  readonly at: number;
  readonly found: number;
  readonly onStep: (step: 1 | -1) => void;
  readonly onlyAgents: boolean;
  readonly onOnlyAgents: (only: boolean) => void;
  readonly showsCritical: boolean;
  readonly onCritical: (shows: boolean) => void;
  readonly coloring: Coloring;
  readonly onColoring: (coloring: Coloring) => void;
  readonly onCollapse: () => void;
  readonly onExpand: () => void;
  readonly errors: number;
  readonly onError: () => void;
  readonly zoom?:
    | { readonly onIn: () => void; readonly onOut: () => void; readonly onReset: () => void; readonly isWhole: boolean }
    | undefined;
  readonly legend: readonly { readonly name: string; readonly color: string }[];
};

/** What can be done with the spans of a trace. */
export function TraceToolbar(props: TraceToolbarProps): ReactNode {
  const { find, at, found, zoom } = props;
  return (
    <div className={css.bar}>
      <search className={css.find}>
        <Input
          ref={props.findRef}
          type="search"
          aria-label="Find in the trace"
          placeholder="Find in the trace ( / )"
          value={find}
          onChange={({ target }) => props.onFind(target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") props.onStep(event.shiftKey ? -1 : 1);
          }}
        />
        {find !== "" && (
          <>
            <span role="status" className={css.count}>
              {found === 0 ? "nothing" : at === 0 ? `${found} found` : `${at} of ${found}`}
            </span>
            <Button aria-label="Previous match" disabled={found === 0} onClick={() => props.onStep(-1)}>
              ↑
            </Button>
            <Button aria-label="Next match" disabled={found === 0} onClick={() => props.onStep(1)}>
              ↓
            </Button>
          </>
        )}
      </search>
      <Button
        aria-pressed={props.onlyAgents}
        onClick={() => props.onOnlyAgents(!props.onlyAgents)}
        title="Leaves out HTTP, databases and what libraries do inside"
      >
        Agents only
      </Button>
      {zoom !== undefined && (
        <Button
          aria-pressed={props.showsCritical}
          onClick={() => props.onCritical(!props.showsCritical)}
          title="The work that decided how long it took"
        >
          Critical path
        </Button>
      )}
      <Button onClick={props.onCollapse}>Collapse</Button>
      <Button onClick={props.onExpand}>Expand</Button>
      {props.errors > 0 && (
        <Button onClick={props.onError} title="The next error ( e )">
          Next error
        </Button>
      )}
      {zoom !== undefined && (
        <span className={css.zoom}>
          <Button aria-label="Zoom out" title="Zoom out ( - )" onClick={zoom.onOut} disabled={zoom.isWhole}>
            −
          </Button>
          <Button aria-label="Zoom in" title="Zoom in ( + ), or drag over the times" onClick={zoom.onIn}>
            +
          </Button>
          <Button onClick={zoom.onReset} disabled={zoom.isWhole} title="The whole trace ( 0 )">
            All
          </Button>
        </span>
      )}
      <Select
        aria-label="Color by"
        value={props.coloring}
        onChange={({ target }) => props.onColoring(target.value as Coloring)}
      >
        <option value="kind">Color: kind</option>
        <option value="service">Color: service</option>
      </Select>
      <ul className={css.legend} aria-label="Colors">
        {props.legend.slice(0, 12).map(({ name, color }) => (
          <li key={name}>
            <span aria-hidden="true" style={{ backgroundColor: color }} />
            {name}
          </li>
        ))}
      </ul>
    </div>
  );
}
