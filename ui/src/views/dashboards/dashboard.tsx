import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useParams } from "wouter";
import { Link } from "../../app/link.tsx";
import { loadBoard } from "../../dashboards/board-files.ts";
import { Board } from "../../dashboards/drawing/board.tsx";
import { Failure, Page, Skeleton } from "../../parts/parts.tsx";

/** One dashboard, by its uid. */
export default function DashboardView(): ReactNode {
  const { uid = "" } = useParams<{ uid: string }>();
  const board = useQuery({
    queryKey: ["board", uid],
    queryFn: ({ signal }) => loadBoard(uid, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (board.data !== undefined) return <Board key={uid} board={board.data} />;
  if (board.error === null)
    return (
      <Page title="Dashboard">
        <Skeleton height={600} />
      </Page>
    );
  return (
    <Page title="Dashboard">
      <Failure what={`The dashboard ${uid} cannot be shown.`} error={board.error} />
      <p>
        <Link to="/dashboards">All dashboards</Link>
      </p>
    </Page>
  );
}
