import { type ReactNode, useMemo } from "react";
import { Link } from "../../app/link.tsx";
import { useParams, useTime } from "../../app/url-state.ts";
import { Failure, Page } from "../../parts/parts.tsx";
import { type Failures, type Records, useCounted, useCourse, useFailures, useRecords } from "./ask-errors.ts";
import { type ErrorGroup, groupErrors, withExactCounts } from "./error-groups.ts";
import { GroupView } from "./group.tsx";
import { GroupList } from "./group-list.tsx";

/** Errors by kind, or one kind: `?fingerprint=`. */
export default function View(): ReactNode {
  const [params] = useParams();
  const fingerprint = params.get("fingerprint");
  const records = useRecords();
  const failures = useFailures();
  const counted = useCounted();
  const course = useCourse();
  const { range } = useTime();
  const groups = useMemo((): readonly ErrorGroup[] | undefined => {
    // One of both is enough to show something; the other completes it.
    if (records.data === undefined && failures.data === undefined) return undefined;
    const { records: inRange, earlier, isCut }: Records = records.data ?? { records: [], earlier: [], isCut: false };
    const { spans, isCut: isSearchCut }: Failures = failures.data ?? { spans: [], isCut: false, lookedFromMs: 0 };
    const grouped = groupErrors({ records: inRange, earlier, spans, isCut: isCut || isSearchCut });
    return withExactCounts(grouped, counted.data ?? [], course.data?.of.errors ?? []);
  }, [records.data, failures.data, counted.data, course.data]);

  const lookedFromMs = failures.data?.lookedFromMs ?? range.startMs;
  const failed = [
    ["The log records of errors cannot be had.", records.error],
    ["The failed traces cannot be had.", failures.error],
    ["The counts of errors cannot be had.", counted.error],
  ] as const;
  return (
    <Page
      title={fingerprint === null ? "Errors" : `Error ${fingerprint}`}
      actions={fingerprint !== null && <Link to="/errors">All errors</Link>}
    >
      {failed.map(([what, error]) => error !== null && <Failure key={what} what={what} error={error} />)}
      {fingerprint === null ? (
        <GroupList
          groups={groups ?? []}
          counted={counted.data}
          course={course}
          lookedFromMs={lookedFromMs}
          isPending={records.isPending || failures.isPending}
        />
      ) : (
        <GroupView
          fingerprint={fingerprint}
          groups={groups ?? []}
          lookedFromMs={lookedFromMs}
          isPending={records.isPending || failures.isPending}
        />
      )}
    </Page>
  );
}
