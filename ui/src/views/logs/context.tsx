import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { LogEntry } from "../../../../src/backends/index.ts";
import { askBackends } from "../../app/backends.ts";
import { Asked, Button } from "../../parts/parts.tsx";
import { formatClock } from "./clock.ts";
import type { Filter } from "./filters.ts";
import { withKeys } from "./line-fields.ts";
import { LineList } from "./line-list.tsx";
import css from "./logs.module.css";

const HOUR_MS = 3_600_000;
const FIRST_LINES = 50;
const MICROSECOND_MS = 0.001;

/** What the same process logged before and after a line; where it has no id, the same service. */
function selectorOf({ labels }: LogEntry): string {
  const { service_name: service, service_instance_id: instance } = labels;
  const stream = service === undefined ? '{service_name=~".+"}' : `{service_name=${JSON.stringify(service)}}`;
  return instance === undefined ? stream : `${stream} | service_instance_id=${JSON.stringify(instance)}`;
}

async function around(entry: LogEntry, limit: number): Promise<readonly LogEntry[]> {
  const { loki } = askBackends();
  const query = selectorOf(entry);
  const { timeMs } = entry;
  const [before, after] = await Promise.all([
    loki.queryRange(query, { startMs: timeMs - HOUR_MS, endMs: timeMs, limit, direction: "backward" }),
    loki.queryRange(query, { startMs: timeMs, endMs: timeMs + HOUR_MS, limit: limit + 1, direction: "forward" }),
  ]);
  const earlier = before.type === "lines" ? before.entries : [];
  const later = after.type === "lines" ? after.entries : [];
  // Times are asked for in microseconds, so both may have the lines of this one.
  return [...later.toReversed(), ...earlier.filter((one) => one.timeMs < timeMs - MICROSECOND_MS / 2)];
}

/** The lines around one, in a dialog. */
export function ContextDialog({
  entry,
  onFilter,
  onClose,
}: {
  readonly entry: LogEntry;
  readonly onFilter: (filter: Filter) => void;
  readonly onClose: () => void;
}): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [limit, setLimit] = useState(FIRST_LINES);
  useEffect(() => dialog.current?.showModal(), []);
  const answer = useQuery({
    queryKey: ["logs-around", String(entry.timeNs), selectorOf(entry), limit],
    queryFn: () => around(entry, limit),
    placeholderData: (before) => before,
  });
  const lines = useMemo(() => withKeys(answer.data ?? []), [answer.data]);
  const own = lines.find(({ entry: one }) => one.timeNs === entry.timeNs && one.line === entry.line)?.key;
  return (
    <dialog ref={dialog} className={css.dialog} onClose={onClose} aria-label="Lines around this one">
      <div className={css.dialogHead}>
        <h2>
          Around {formatClock(entry.timeMs)} in {entry.labels["service_name"] ?? "this stream"}
        </h2>
        <Button disabled={limit >= 1000} onClick={() => setLimit(limit * 4)}>
          More
        </Button>
        <Button onClick={() => dialog.current?.close()}>Close</Button>
      </div>
      <Asked answer={answer} what="The lines around this one cannot be had." height={400}>
        {() => (
          <LineList
            lines={lines}
            wraps={false}
            label="Lines around, the latest first"
            markedKey={own}
            onFilter={(filter) => {
              onFilter(filter);
              dialog.current?.close();
            }}
          />
        )}
      </Asked>
    </dialog>
  );
}
