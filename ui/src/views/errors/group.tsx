import { type ReactNode, useMemo } from "react";
import { ATTR } from "../../../../src/model/index.ts";
import { Link } from "../../app/link.tsx";
import { useTime } from "../../app/url-state.ts";
import { formatAgo, formatCount, formatTime } from "../../format/quantity.ts";
import { Button, Card, CopyButton, Empty, Skeleton, Stat, Stats, Table } from "../../parts/parts.tsx";
import { Began } from "./began.tsx";
import { type ErrorGroup, isOwnFrame, trendOf } from "./error-groups.ts";
import css from "./errors.module.css";
import type { Sighting } from "./sightings.ts";
import { CountText, GroupTags } from "./tags.tsx";
import { Trend } from "./trend.tsx";

const BARS = 90;
const MOST_SAMPLES = 50;
const MINUTE_MS = 60_000;
const MESSAGE_CHARS = 300;
const NAME_CHARS = 60;

type GroupViewProps = {
  readonly fingerprint: string;
  readonly groups: readonly ErrorGroup[];
  readonly lookedFromMs: number;
  readonly isPending: boolean;
};

/** One kind of error: what it is, how often, since when, what else happened then, and where to look at it. */
export function GroupView({ fingerprint, groups, lookedFromMs, isPending }: GroupViewProps): ReactNode {
  const { range, setRange } = useTime();
  const group = groups.find((one) => one.fingerprint === fingerprint);
  if (group === undefined) {
    return isPending ? (
      <Skeleton height={400} />
    ) : (
      <Empty title="Nobody has seen this kind of error in this time, or in the week before it">
        <Button onClick={() => setRange({ from: "now-30d", to: "now" })}>Look at the last 30 days</Button>
      </Empty>
    );
  }
  const { type, message, sightings, earlier, firstSeenMs, lastSeenMs, services, agents, tools, models, versions } =
    group;
  const around = (timeMs: number): Record<string, string> => ({
    from: String(Math.round(timeMs - MINUTE_MS)),
    to: String(Math.round(timeMs + MINUTE_MS)),
  });
  return (
    <>
      <Card>
        <div className={css.head}>
          <p className={css.headline}>
            <bdi>{type}</bdi>: <bdi>{message}</bdi>
          </p>
          <div className={css.where}>
            <GroupTags group={group} />
            <span>
              {[...services, ...agents, ...tools, ...models, ...versions.map((one) => `version ${one}`)].join(" · ")}
            </span>
          </div>
        </div>
      </Card>
      {sightings.length === 0 && (
        <Empty title="Not seen in this time">
          <p>The last one that was recorded is of {formatTime(lastSeenMs)}.</p>
          <Button
            onClick={() =>
              setRange({
                from: String(Math.round(lastSeenMs - 1_800_000)),
                to: String(Math.round(lastSeenMs + 1_800_000)),
              })
            }
          >
            Look at that hour
          </Button>
        </Empty>
      )}
      <Card>
        <Stats>
          <Stat
            label="In this time"
            value={<CountText group={group} />}
            note={group.isLeast ? "so many at least" : group.count === 1 ? "error" : "errors"}
            tone={group.count > 0 ? "bad" : "plain"}
          />
          <Stat
            label="First seen"
            value={formatAgo(firstSeenMs, range.endMs)}
            note={formatTime(firstSeenMs)}
            to="/logs"
            params={{ ...around(firstSeenMs), query: logsOf(services) }}
          />
          <Stat
            label="Last seen"
            value={formatAgo(lastSeenMs, range.endMs)}
            note={formatTime(lastSeenMs)}
            to="/logs"
            params={{ ...around(lastSeenMs), query: logsOf(services) }}
          />
          <Stat
            label="Traces"
            value={formatCount(new Set(sightings.map(({ traceId }) => traceId).filter(Boolean)).size)}
            note="of those that were looked at"
            to="/traces"
            params={
              sightings.some(({ spanId }) => spanId !== undefined)
                ? { attribute: `${ATTR.errorFingerprint}=${fingerprint}` }
                : {
                    status: "error",
                    text: longestPart(message),
                    ...(services[0] !== undefined && { service: services[0] }),
                  }
            }
          />
        </Stats>
      </Card>
      <Card title="Over time">
        <Trend
          trend={trendOf(group, range, BARS, lookedFromMs)}
          label={`${group.isLeast ? sightings.length : group.count} seen between ${formatTime(range.startMs)} and ${formatTime(range.endMs)}`}
          height={80}
        />
        <div className={css.axis}>
          <span>{formatTime(range.startMs)}</span>
          <span>{formatTime(range.endMs)}</span>
        </div>
      </Card>
      <div className={css.halves}>
        <Stack group={group} />
        <Began group={group} groups={groups} />
      </div>
      <Samples sightings={sightings.length > 0 ? sightings : earlier} />
    </>
  );
}

const logsOf = (services: readonly string[]): string =>
  services.length === 0
    ? ""
    : `service:${services.map((one) => (/^[^\s",]+$/.test(one) ? one : JSON.stringify(one))).join(",")}`;

/** Of a message without its ids and numbers the longest part that stands in every one. */
export const longestPart = (message: string): string =>
  message
    .split(/<\w+>|⋯/)
    .map((part) => part.trim())
    .sort((a, b) => b.length - a.length)[0] ?? "";

function Stack({ group }: { readonly group: ErrorGroup }): ReactNode {
  const full = group.sightings.find(({ stack }) => stack !== undefined)?.stack;
  const { frames } = group;
  return (
    <Card
      title="Where in the program"
      actions={frames.length > 0 && <CopyButton text={full ?? frames.join("\n")} label="Copy stack" />}
    >
      {frames.length === 0 ? (
        <p className={css.quiet}>
          {group.sources.every((source) => source === "log")
            ? "There is no stack: a line of the program's log tells of it, and of no error object."
            : `There is no stack: it was seen from outside of the program, as an answer of ${group.agents.join(", ") || "a service"}.`}
        </p>
      ) : (
        <ol className={css.frames}>
          {frames.map((frame, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a stack may have a frame twice.
            <li key={index} data-own={isOwnFrame(frame)}>
              <code>{frame}</code>
            </li>
          ))}
        </ol>
      )}
      {full !== undefined && (
        <details className={css.full}>
          <summary>The whole stack</summary>
          <pre>{full}</pre>
        </details>
      )}
    </Card>
  );
}

function Samples({ sightings }: { readonly sightings: readonly Sighting[] }): ReactNode {
  const { range } = useTime();
  const rows = useMemo(() => sightings.slice(0, MOST_SAMPLES), [sightings]);
  if (rows.length === 0) return null;
  return (
    <Card title={`Samples${sightings.length > rows.length ? `: the latest ${rows.length}` : ""}`}>
      <Table
        label="Errors of this kind"
        rows={rows}
        keyOf={(one) => `${one.timeMs}/${one.spanId ?? ""}/${one.instance ?? ""}/${one.occasion ?? ""}`}
        columns={[
          {
            title: "Time",
            by: ({ timeMs }) => timeMs,
            show: ({ timeMs }) => (
              <span className={css.time} title={formatAgo(timeMs, range.endMs)}>
                {formatTime(timeMs, true)}
              </span>
            ),
          },
          {
            title: "Message",
            show: ({ message, occasion }) => (
              <span className={css.message} dir="auto">
                {message.slice(0, MESSAGE_CHARS)}
                {message.length > MESSAGE_CHARS && "…"}
                {occasion === "burst" && " (a burst)"}
              </span>
            ),
          },
          {
            title: "Where",
            show: (one) => [one.service, one.version, one.agent, one.tool, one.model].filter(Boolean).join(" · "),
          },
          {
            title: "For",
            show: ({ session, user }) => (
              <>
                {session !== undefined && (
                  <Link to={`/session/${encodeURIComponent(session)}`}>{session.slice(0, NAME_CHARS)}</Link>
                )}
                {user !== undefined && ` ${user.slice(0, NAME_CHARS)}`}
              </>
            ),
          },
          { title: "Look", show: (one) => <SampleLinks sample={one} /> },
        ]}
      />
    </Card>
  );
}

function SampleLinks({ sample }: { readonly sample: Sighting }): ReactNode {
  const { traceId, spanId, timeMs, service } = sample;
  const around = { from: String(Math.round(timeMs - 10_000)), to: String(Math.round(timeMs + 10_000)) };
  const trace = traceId === undefined ? undefined : `/trace/${encodeURIComponent(traceId)}`;
  return (
    <span className={css.links}>
      {trace !== undefined && (
        <>
          <Link to={trace} params={{ tab: "explain" }}>
            Explain
          </Link>
          <Link to={trace} {...(spanId !== undefined && { params: { span: spanId } })}>
            Trace
          </Link>
        </>
      )}
      <Link
        to="/logs"
        params={traceId === undefined ? { ...around, query: logsOf([service]) } : { query: `trace:${traceId}` }}
      >
        Logs
      </Link>
    </span>
  );
}
