import type { ReactNode } from "react";
import { THRESHOLDS } from "../../../../alerts/source/thresholds.ts";
import { type Alert, type AnnouncedRun, findOpenRuns } from "../../../../src/backends/index.ts";
import { useAskOnce } from "../../app/ask.ts";
import { Link } from "../../app/link.tsx";
import { useTime } from "../../app/url-state.ts";
import { formatAgo, formatMs } from "../../format/quantity.ts";
import { LevelText } from "../../measures/level-text.tsx";
import { levelOf } from "../../measures/levels.ts";
import { Asked, Card, Tag, type Tone } from "../../parts/parts.tsx";
import { alertKinds } from "./alert-kinds.ts";
import type { KindOfFailure } from "./failures.ts";
import css from "./home.module.css";

const SEVERITY: Readonly<Record<string, Tone>> = { page: "bad", ticket: "warn" };
const SHOWN = 8;

export const FiringAlerts = ({ alerts }: { readonly alerts: readonly Alert[] }): ReactNode => {
  const kinds = alertKinds(alerts);
  if (kinds.length === 0) return <p className={css.none}>None.</p>;
  return (
    <ul className={css.list}>
      {kinds.slice(0, SHOWN).map(({ name, severity, summary, sinceMs, subjects, count }) => (
        <li key={name}>
          <Link to={`/alert/${encodeURIComponent(name)}`} className={css.item}>
            <span className={css.itemHead}>
              <strong>{name}</strong>
              <Tag tone={SEVERITY[severity] ?? "plain"}>{severity}</Tag>
              {count > 1 && <Tag>×{count}</Tag>}
              <span className={css.age}>{sinceMs !== undefined && formatAgo(sinceMs, Date.now())}</span>
            </span>
            <span className={css.message}>
              {[subjects.join(", "), summary].filter((text) => text !== "").join(": ")}
            </span>
          </Link>
        </li>
      ))}
      {kinds.length > SHOWN && (
        <li className={css.more}>
          <Link to="/alerts">{kinds.length - SHOWN} more</Link>
        </li>
      )}
    </ul>
  );
};

export const LatestFailures = ({
  failures,
  when,
}: {
  readonly failures: readonly KindOfFailure[];
  readonly when: string;
}): ReactNode =>
  failures.length === 0 ? (
    <p className={css.none}>Nothing failed {when}.</p>
  ) : (
    <ul className={css.list}>
      {failures.map(({ traceId, timeMs, kind, subject, service, category, message, isRecovered, traces }) => (
        <li key={traceId}>
          <Link to={`/trace/${traceId}`} params={{ tab: "explain" }} className={css.item}>
            <span className={css.itemHead}>
              {kind !== "other" && <span className={css.kind}>{kind}</span>}
              <strong>{subject}</strong>
              <Tag tone={isRecovered ? "warn" : "bad"}>{category}</Tag>
              {traces > 1 && <Tag title={`The same in ${traces} of the latest traces.`}>×{traces}</Tag>}
              {isRecovered && <Tag title="It failed, and the run went well all the same.">got over it</Tag>}
              <span className={css.age}>
                {service} · {formatAgo(timeMs, Date.now())}
              </span>
            </span>
            <span className={css.message}>{message || "without a message"}</span>
          </Link>
        </li>
      ))}
    </ul>
  );

/** Every run says twice a minute that it goes on; one that stopped saying so is shown for a while. */
const HEARD_WITHIN_MS = 15 * 60_000;

/** Runs under way, whatever the time range: those of now. */
export function OpenRuns(): ReactNode {
  const { refreshMs } = useTime();
  const runs = useAskOnce(
    ["open runs"],
    async ({ loki }) => {
      const nowMs = Date.now();
      return findOpenRuns(loki, { startMs: nowMs - HEARD_WITHIN_MS, endMs: nowMs, nowMs });
    },
    { refreshMs },
  );
  return (
    <Card title="Runs in progress">
      <Asked answer={runs} what="Runs in progress were not answered." height={80}>
        {(open) => <OpenRunList runs={outermost(open)} />}
      </Asked>
    </Card>
  );
}

/** Of runs within one another the outermost, the oldest first. */
function outermost(runs: readonly AnnouncedRun[]): readonly AnnouncedRun[] {
  const ids = new Set(runs.map(({ span }) => span.spanId));
  return runs
    .filter(({ span }) => span.parentSpanId === undefined || !ids.has(span.parentSpanId))
    .toSorted((a, b) => a.span.startMs - b.span.startMs);
}

const { limit: STUCK_S } = THRESHOLDS.stuckRunSeconds;

const OpenRunList = ({ runs }: { readonly runs: readonly AnnouncedRun[] }): ReactNode =>
  runs.length === 0 ? (
    <p className={css.none}>None that takes longer than a moment.</p>
  ) : (
    <ul className={css.list}>
      {runs.slice(0, SHOWN).map(({ span, state }) => (
        <li key={span.spanId}>
          <Link to={`/trace/${span.traceId}`} className={css.item}>
            <span className={css.itemHead}>
              <strong>{span.name}</strong>
              {state === "incomplete" && (
                <Tag tone="warn" title="It has not been heard of any more.">
                  silent
                </Tag>
              )}
              <span className={css.age}>
                {span.service} ·{" "}
                <LevelText level={levelOf(span.durationMs / 1000, STUCK_S, STUCK_S)}>
                  {formatMs(span.durationMs)}
                </LevelText>
              </span>
            </span>
          </Link>
        </li>
      ))}
      {runs.length > SHOWN && (
        <li className={css.more}>
          <Link to="/traces">{runs.length - SHOWN} more</Link>
        </li>
      )}
    </ul>
  );
