import { type ReactNode, useDeferredValue, useMemo, useState } from "react";
import { Link } from "../../app/link.tsx";
import { useParams, useTime } from "../../app/url-state.ts";
import { formatAgo, formatCount, formatTime } from "../../format/quantity.ts";
import { CourseChart } from "../../measures/course-chart.tsx";
import { Button, Card, Empty, Input, Select, Skeleton, Stat, Stats } from "../../parts/parts.tsx";
import type { useCourse } from "./ask-errors.ts";
import { byCategory, type Counted, type ErrorGroup, filterGroups, SORTS, sortGroups, trendOf } from "./error-groups.ts";
import css from "./errors.module.css";
import { CountText, GroupTags } from "./tags.tsx";
import { Trend } from "./trend.tsx";

const TREND_BARS = 30;
const PAGE = 100;
const CHOICES = ["category", "severity", "source"] as const;

type GroupListProps = {
  readonly groups: readonly ErrorGroup[];
  readonly counted: readonly Counted[] | undefined;
  readonly course: ReturnType<typeof useCourse>;
  /** Errors that were counted, of kinds of which neither a record nor a trace is there. */
  readonly untold: number;
  readonly lookedFromMs: number;
  readonly isPending: boolean;
};

export function GroupList({ groups, counted, course, untold, lookedFromMs, isPending }: GroupListProps): ReactNode {
  const [params, change] = useParams();
  const [shown, setShown] = useState(PAGE);
  const of = (name: string): string => params.get(name) ?? "";
  const [category, severity, source, sort] = [of("category"), of("severity"), of("source"), of("sort") || "last"];
  const text = useDeferredValue(of("text"));
  const onlyNew = of("new") === "1";
  const kinds = useMemo(
    () => sortGroups(filterGroups(groups, { category, severity, source, text, onlyNew }), sort),
    [groups, category, severity, source, text, onlyNew, sort],
  );
  const isChosen = (one: Readonly<Record<string, unknown>>): boolean =>
    (category === "" || one["category"] === category) &&
    (severity === "" || one["severity"] === severity) &&
    (source === "" || one["source"] === source);
  const matching = (counted ?? []).filter(isChosen);
  const total = (of: readonly Counted[]): number => of.reduce((sum, { count }) => sum + count, 0);
  const news = groups.filter(({ isNew, sightings }) => isNew && sightings.length > 0).length;
  const isFiltered = CHOICES.some((name) => of(name) !== "") || text !== "" || onlyNew;
  return (
    <>
      <Card>
        <Stats>
          <Stat
            label="Errors"
            value={counted === undefined ? "–" : formatCount(Math.round(total(matching)))}
            note="each counted once"
            tone={total(matching) > 0 ? "bad" : "plain"}
          />
          <Stat
            label="Kinds"
            value={isPending && kinds.length === 0 ? "–" : kinds.length}
            note="by type, message and place"
          />
          <Stat
            label="New kinds"
            value={isPending && news === 0 ? "–" : news}
            note="first seen in this time"
            tone={news > 0 ? "warn" : "plain"}
            to="/errors"
            params={{ new: "1" }}
          />
          <Stat
            label="Critical"
            value={
              counted === undefined ? "–" : formatCount(total(counted.filter((one) => one.severity === "critical")))
            }
            note="nobody caught them, or fatal"
            to="/errors"
            params={{ severity: "critical" }}
          />
        </Stats>
      </Card>
      <CourseChart
        title="Errors a minute, by category"
        answer={course}
        stacked
        height={130}
        format={formatCount}
        of={({ errors = [] }) => byCategory(errors.filter(({ labels }) => isChosen(labels)))}
      />
      <form className={css.filters} onSubmit={(event) => event.preventDefault()}>
        <Input
          type="search"
          aria-label="Type, message, program, agent, tool or file"
          placeholder="Type, message, program, agent, tool or file"
          value={of("text")}
          onChange={({ target }) => change({ text: target.value || undefined }, { replace: true })}
        />
        {CHOICES.map((name) => (
          <Choice key={name} name={name} chosen={of(name)} counted={counted ?? []} groups={groups} />
        ))}
        <Select aria-label="Order" value={sort} onChange={({ target }) => change({ sort: target.value })}>
          {Object.entries(SORTS).map(([id, title]) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </Select>
        <Button aria-pressed={onlyNew} primary={onlyNew} onClick={() => change({ new: onlyNew ? undefined : "1" })}>
          Only new
        </Button>
        {isFiltered && (
          <Button
            onClick={() =>
              change({ category: undefined, severity: undefined, source: undefined, text: undefined, new: undefined })
            }
          >
            Clear
          </Button>
        )}
      </form>
      <Card>
        {kinds.length === 0 ? (
          isPending ? (
            <Skeleton height={320} />
          ) : groups.some(({ sightings }) => sightings.length > 0) ? (
            <Empty title="No kind of error matches" />
          ) : (
            <Empty title="Nothing failed in this time" command="npm run demo -- --fail">
              <p>Errors of programs that run preloaded come here by themselves. To see some:</p>
            </Empty>
          )
        ) : (
          <ul className={css.list} aria-label="Kinds of errors">
            {kinds.slice(0, shown).map((group) => (
              <GroupRow key={group.fingerprint} group={group} lookedFromMs={lookedFromMs} />
            ))}
          </ul>
        )}
        {untold > 0 && !isFiltered && (
          <p className={css.quiet}>
            {formatCount(untold)} more {untold === 1 ? "error was" : "errors were"} counted, of kinds of which neither a
            log record nor a trace tells in this time.
          </p>
        )}
        {kinds.length > shown && (
          <Button onClick={() => setShown(shown + PAGE)}>Show {Math.min(PAGE, kinds.length - shown)} more</Button>
        )}
      </Card>
    </>
  );
}

type ChoiceProps = {
  readonly name: (typeof CHOICES)[number];
  readonly chosen: string;
  readonly counted: readonly Counted[];
  readonly groups: readonly ErrorGroup[];
};
function Choice({ name, chosen, counted, groups }: ChoiceProps): ReactNode {
  const [, change] = useParams();
  const counts = new Map<string, number>();
  for (const group of groups)
    for (const value of name === "source" ? group.sources : [group[name]]) counts.set(value, counts.get(value) ?? 0);
  for (const one of counted) counts.set(one[name], (counts.get(one[name]) ?? 0) + one.count);
  if (chosen !== "" && !counts.has(chosen)) counts.set(chosen, 0);
  return (
    <Select
      aria-label={`By ${name}`}
      value={chosen}
      onChange={({ target }) => change({ [name]: target.value || undefined })}
    >
      <option value="">every {name}</option>
      {[...counts]
        .sort(([, a], [, b]) => b - a)
        .map(([value, count]) => (
          <option key={value} value={value}>
            {value} {count > 0 && `(${formatCount(Math.round(count))})`}
          </option>
        ))}
    </Select>
  );
}

function GroupRow({ group, lookedFromMs }: { readonly group: ErrorGroup; readonly lookedFromMs: number }): ReactNode {
  const { range } = useTime();
  const { type, message, services, agents, tools, models, firstSeenMs, lastSeenMs, fingerprint, sightings } = group;
  const where = [...services, ...agents, ...tools, ...models];
  return (
    <li className={css.group} data-severity={group.severity}>
      <div className={css.what}>
        <Link to="/errors" params={{ fingerprint }} className={css.title}>
          <bdi>{type}</bdi>
          {message !== "" && (
            <>
              : <bdi>{message}</bdi>
            </>
          )}
        </Link>
        <span className={css.where}>
          <GroupTags group={group} />
          <span>{where.slice(0, 8).join(" · ")}</span>
          {group.frames[0] !== undefined && <code>{group.frames[0]}</code>}
        </span>
      </div>
      <div className={css.course}>
        <Trend
          trend={trendOf(group, range, TREND_BARS, lookedFromMs)}
          label={`${group.isLeast ? sightings.length : group.count} seen over the time range`}
          height={26}
        />
      </div>
      <div className={css.count}>
        <strong>
          <CountText group={group} />
        </strong>
        <span>{group.count === 1 && !group.isLeast ? "error" : "errors"}</span>
      </div>
      <dl className={css.times}>
        <dt>last</dt>
        <dd title={formatTime(lastSeenMs)}>{formatAgo(lastSeenMs, range.endMs)}</dd>
        <dt>first</dt>
        <dd title={formatTime(firstSeenMs)}>{formatAgo(firstSeenMs, range.endMs)}</dd>
      </dl>
    </li>
  );
}
