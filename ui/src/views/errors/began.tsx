import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import type { Series } from "../../../../src/backends/index.ts";
import { askBackends } from "../../app/backends.ts";
import { Link } from "../../app/link.tsx";
import { formatMs, formatTime } from "../../format/quantity.ts";
import { Asked, Card } from "../../parts/parts.tsx";
import { type Event, eventsAround, releaseBefore, windowOf } from "./began.ts";
import type { ErrorGroup } from "./error-groups.ts";
import css from "./errors.module.css";

const ALERTS = 'count by (alertname) (ALERTS{alertstate="firing", alertname!="Watchdog"})';

const versionsOf = (services: readonly string[]): string => {
  const names = services.map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  return `count by (job, service_version) (target_info{job=~${JSON.stringify(`(?:.*/)?(?:${names})`)}})`;
};

/** When errors of a kind began, and what else happened then. */
export function Began({
  group,
  groups,
}: {
  readonly group: ErrorGroup;
  readonly groups: readonly ErrorGroup[];
}): ReactNode {
  const { firstSeenMs, services, fingerprint } = group;
  const window = useMemo(() => windowOf(firstSeenMs, Date.now()), [firstSeenMs]);
  const answer = useQuery({
    queryKey: ["error-began", fingerprint, Math.round(firstSeenMs), services],
    queryFn: async () => {
      const { prometheus } = askBackends();
      const ask = async (query: string): Promise<readonly Series[]> => {
        const { result } = await prometheus.queryRange(query, window);
        return "series" in result ? result.series : [];
      };
      const [versions, alerts] = await Promise.all([ask(versionsOf(services)), ask(ALERTS)]);
      return { versions, alerts };
    },
  });
  return (
    <Card title="When it began">
      <Asked answer={answer} what="What else happened then cannot be told." height={120}>
        {(found) => {
          const events = eventsAround(group, { ...found, groups }, window);
          const release = releaseBefore(events, firstSeenMs);
          return (
            <>
              <p>
                {group.isNew ? "First seen " : "First recorded, as far back as was looked, "}
                {formatTime(firstSeenMs)}
                {release !== undefined && (
                  <>
                    , <strong>after {release.title}</strong>
                  </>
                )}
                .
              </p>
              <ol className={css.events}>
                {[...events, { timeMs: firstSeenMs, kind: "this", title: "this error, first seen", id: "" } as const]
                  .sort((a, b) => a.timeMs - b.timeMs)
                  .map((event) => (
                    <li key={`${event.kind}/${event.id}`} data-kind={event.kind}>
                      <span className={css.when}>
                        {"isAbout" in event ? "about then" : distance(event.timeMs - firstSeenMs)}
                      </span>
                      <EventText event={event} />
                    </li>
                  ))}
              </ol>
            </>
          );
        }}
      </Asked>
      <Link
        to="/logs"
        params={{
          query: "level>=warn",
          from: String(Math.round(firstSeenMs - 300_000)),
          to: String(Math.round(firstSeenMs + 300_000)),
        }}
      >
        Warnings and errors of all programs around then
      </Link>
    </Card>
  );
}

const distance = (ms: number): string =>
  Math.abs(ms) < 1000 ? "then" : `${formatMs(Math.round(Math.abs(ms) / 1000) * 1000)} ${ms < 0 ? "before" : "later"}`;

function EventText({
  event,
}: {
  readonly event: Event | { readonly kind: "this"; readonly title: string };
}): ReactNode {
  if (event.kind === "alert") return <Link to={`/alert/${encodeURIComponent(event.id)}`}>{event.title}</Link>;
  if (event.kind === "error")
    return (
      <Link to="/errors" params={{ fingerprint: event.id }}>
        <bdi>{event.title}</bdi>
      </Link>
    );
  return <span>{event.title}</span>;
}
