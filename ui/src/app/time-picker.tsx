import { type ReactNode, useState } from "react";
import { formatTime } from "../format/quantity.ts";
import { Button, Input, Select } from "../parts/parts.tsx";
import { askAgain } from "./ask.ts";
import { lastText, rangeText } from "./range-text.ts";
import css from "./time-picker.module.css";
import { parseMoment, QUICK_RANGES, REFRESH_MS } from "./time-range.ts";
import { useTime } from "./url-state.ts";

/** The time range of all views, and how often they ask again. */
export function TimePicker(): ReactNode {
  const { from, to, range, refresh, setRange, setRefresh } = useTime();
  const [isOpen, setOpen] = useState(false);
  const label = lastText({ from, to }) ?? rangeText(range, Date.now());
  const choose = (next: { from: string; to: string }): void => {
    setRange(next);
    setOpen(false);
  };
  return (
    <div className={css.picker}>
      <Button
        className={css.label}
        aria-expanded={isOpen}
        aria-haspopup="dialog"
        title={`${formatTime(range.startMs)} – ${formatTime(range.endMs)}`}
        onClick={() => setOpen(!isOpen)}
      >
        <span>{label}</span>
      </Button>
      {isOpen && (
        <div
          className={css.panel}
          role="dialog"
          aria-label="Time range"
          onKeyDown={({ key }) => key === "Escape" && setOpen(false)}
        >
          <div className={css.quick}>
            {QUICK_RANGES.map(([one, title]) => (
              <Button
                key={one}
                aria-pressed={one === from && to === "now"}
                onClick={() => choose({ from: one, to: "now" })}
              >
                Last {title}
              </Button>
            ))}
          </div>
          <form
            className={css.form}
            onSubmit={(event) => {
              event.preventDefault();
              const data = new FormData(event.currentTarget);
              const next = { from: String(data.get("from")), to: String(data.get("to")) };
              const now = Date.now();
              if (parseMoment(next.from, now) !== undefined && parseMoment(next.to, now) !== undefined) choose(next);
            }}
          >
            <label>
              From
              <Input name="from" defaultValue={from} placeholder="now-1h or 2026-11-21T10:00" />
            </label>
            <label>
              To
              <Input name="to" defaultValue={to} placeholder="now" />
            </label>
            <Button type="submit" primary>
              Show
            </Button>
          </form>
        </div>
      )}
      <Select
        aria-label="Refresh every"
        value={refresh}
        onChange={({ target }) => setRefresh(target.value)}
        className={css.refresh}
      >
        {Object.keys(REFRESH_MS).map((one) => (
          <option key={one} value={one}>
            {one === "off" ? "no refresh" : `every ${one}`}
          </option>
        ))}
      </Select>
      <Button onClick={() => askAgain()} aria-label="Refresh now" title="Refresh now">
        ↻
      </Button>
    </div>
  );
}
