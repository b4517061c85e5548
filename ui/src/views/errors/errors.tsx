import { type ReactNode, useMemo } from "react";
import { Link } from "../../app/link.tsx";
import { useParams, useTime } from "../../app/url-state.ts";
import { Failure, Page } from "../../parts/parts.tsx";
import {
  type Failures,
  type Records,
  useCounted,
  useCourse,
  useFailures,
  useKinds,
  useRecords,
  useSamples,
} from "./ask-errors.ts";
import { type ErrorGroup, groupErrors, type Seen, unseenKinds, withExactCounts } from "./error-groups.ts";
import { GroupView } from "./group.tsx";
import { GroupList } from "./group-list.tsx";

/** Of one kind. */
const SAMPLED_TRACES = 50;

/** Errors by kind, or one kind: `?fingerprint=`. */
export default function View(): ReactNode {
  const [params] = useParams();
  const fingerprint = params.get("fingerprint");
  const records = useRecords();
  const failures = useFailures();
  const counted = useCounted();
  const kinds = useKinds();
  const course = useCourse();
  const { range } = useTime();
  const seen = useMemo((): Seen | undefined => {
    // One of both is enough to show something; the other completes it.
    if (records.data === undefined && failures.data === undefined) return undefined;
    const { records: inRange, earlier, isCut }: Records = records.data ?? { records: [], earlier: [], isCut: false };
    const { spans, isCut: isSearchCut }: Failures = failures.data ?? { spans: [], isCut: false, lookedFromMs: 0 };
    return { records: inRange, earlier, spans, isCut: isCut || isSearchCut };
  }, [records.data, failures.data]);
  const unseen = useMemo(
    () => (records.isPending || failures.isPending ? [] : unseenKinds(kinds.data?.byFingerprint, seen)),
    [kinds.data, seen, records.isPending, failures.isPending],
  );
  const samples = useSamples(fingerprint === null ? unseen : [fingerprint], fingerprint === null ? 1 : SAMPLED_TRACES);
  const groups = useMemo((): readonly ErrorGroup[] | undefined => {
    if (seen === undefined) return undefined;
    const grouped = groupErrors({ ...seen, spans: [...seen.spans, ...(samples.data ?? [])] });
    return kinds.data === undefined ? grouped : withExactCounts(grouped, kinds.data.byFingerprint, kinds.data.folded);
  }, [seen, samples.data, kinds.data]);
  const untold = unseen
    .filter((one) => groups?.some((group) => group.fingerprint === one && group.sightings.length > 0) !== true)
    .reduce((sum, one) => sum + (kinds.data?.byFingerprint.get(one)?.count ?? 0), kinds.data?.folded ?? 0);

  const lookedFromMs = failures.data?.lookedFromMs ?? range.startMs;
  const failed = [
    ["The log records of errors cannot be had.", records.error],
    ["The failed traces cannot be had.", failures.error],
    ["The counts of errors cannot be had.", counted.error ?? kinds.error],
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
          untold={samples.isFetching || kinds.data === undefined ? 0 : untold}
          lookedFromMs={lookedFromMs}
          isPending={records.isPending || failures.isPending}
        />
      ) : (
        <GroupView
          fingerprint={fingerprint}
          groups={groups ?? []}
          lookedFromMs={lookedFromMs}
          isPending={records.isPending || failures.isPending || samples.isPending}
        />
      )}
    </Page>
  );
}
