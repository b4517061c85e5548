import type { Series } from "../../../../src/backends/index.ts";
import type { ErrorGroup } from "./error-groups.ts";

/** What else happened when errors of a kind began: versions that started, alerts, other new kinds. */

export type Event = {
  readonly timeMs: number;
  readonly kind: "release" | "alert" | "error";
  readonly title: string;
  /** Of an alert its name, of an error its fingerprint. */
  readonly id: string;
  /** Known by what programs push, up to a minute later: it was before or at the time of the error. */
  readonly isAbout?: true;
};

export const BEFORE_MS = 3_600_000;
export const AFTER_MS = 15 * 60_000;
/** Of each kind of event. */
const MOST = 6;
const PUSH_MS = 60_000;
/** What began so long before or after is worth telling. */
const NEAR_MS = 15 * 60_000;

/** Series that are not there at the beginning of the window, and when they came. */
function beginnings(
  series: readonly Series[],
  stepMs: number,
  windowStartMs: number,
): readonly (readonly [Series, number])[] {
  return series.flatMap((one) => {
    const first = one.points[0]?.timeMs;
    return first === undefined || first <= windowStartMs + stepMs ? [] : [[one, first] as const];
  });
}

export type Window = { readonly startMs: number; readonly endMs: number; readonly stepMs: number };
const STEP_MS = 30_000;
/** The last step may lie ahead: it has what came since the one before. */
export const windowOf = (firstSeenMs: number, nowMs: number): Window => ({
  startMs: firstSeenMs - BEFORE_MS,
  endMs: Math.min(nowMs + STEP_MS, firstSeenMs + AFTER_MS),
  stepMs: STEP_MS,
});

export function eventsAround(
  group: Pick<ErrorGroup, "fingerprint" | "firstSeenMs">,
  found: {
    readonly versions: readonly Series[];
    readonly alerts: readonly Series[];
    readonly groups: readonly ErrorGroup[];
  },
  { startMs, stepMs }: Window,
): Event[] {
  const releases = beginnings(found.versions, stepMs, startMs).map(([{ labels }, timeMs]): Event => {
    const version = labels["service_version"];
    const title = `${labels["job"] ?? "a program"}${version === undefined || version === "" ? "" : ` ${version}`} started`;
    const event = { kind: "release", title, id: `${labels["job"]}/${version}` } as const;
    const lateMs = timeMs - group.firstSeenMs;
    return lateMs > 0 && lateMs <= PUSH_MS
      ? { ...event, timeMs: group.firstSeenMs - 1, isAbout: true }
      : { ...event, timeMs };
  });
  const byAlert = new Map<string, Event>();
  for (const [{ labels }, timeMs] of beginnings(found.alerts, stepMs, startMs)) {
    const name = labels["alertname"] ?? "";
    const known = byAlert.get(name);
    if (known === undefined || timeMs < known.timeMs)
      byAlert.set(name, { timeMs, kind: "alert", title: `${name} began to fire`, id: name });
  }
  const others = found.groups
    .filter(({ fingerprint, isNew }) => fingerprint !== group.fingerprint && isNew)
    .map(
      ({ fingerprint, type, message, firstSeenMs }): Event => ({
        timeMs: firstSeenMs,
        kind: "error",
        title: `${type}: ${message}`,
        id: fingerprint,
      }),
    );
  const nearest = (events: readonly Event[]): Event[] => {
    const distance = ({ timeMs }: Event): number => Math.abs(timeMs - group.firstSeenMs);
    return events
      .filter((event) => distance(event) <= NEAR_MS)
      .sort((a, b) => distance(a) - distance(b))
      .slice(0, MOST);
  };
  return [...nearest(releases), ...nearest([...byAlert.values()]), ...nearest(others)].sort(
    (a, b) => a.timeMs - b.timeMs,
  );
}

/** The version that started last before the errors began, where one did shortly before. */
export const releaseBefore = (events: readonly Event[], firstSeenMs: number): Event | undefined =>
  events.findLast(({ kind, timeMs }) => kind === "release" && timeMs <= firstSeenMs);
