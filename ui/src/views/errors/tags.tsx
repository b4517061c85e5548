import type { ReactNode } from "react";
import { Tag, type Tone } from "../../parts/parts.tsx";
import type { ErrorGroup } from "./error-groups.ts";

const TONES: Readonly<Record<string, Tone>> = { critical: "bad", error: "bad", warning: "warn", info: "info" };

export const GroupTags = ({ group }: { readonly group: ErrorGroup }): ReactNode => (
  <>
    {group.isNew && group.sightings.length > 0 && (
      <Tag tone="info" title="First seen in this time range; nobody recorded it in the week before">
        new
      </Tag>
    )}
    {group.hadBurst && (
      <Tag tone="warn" title="10 in a minute and 5 times what is usual">
        burst
      </Tag>
    )}
    <Tag tone={TONES[group.severity] ?? "plain"}>{group.severity}</Tag>
    <Tag>{group.category}</Tag>
    {group.sources.map((source) => (
      <Tag key={source} title="Who saw it first">
        {source}
      </Tag>
    ))}
  </>
);

export const CountText = ({ group }: { readonly group: ErrorGroup }): ReactNode => (
  <span
    title={
      group.isLeast
        ? "So many at least: no program counts this kind, and not all failed traces were looked at"
        : undefined
    }
  >
    {group.count}
    {group.isLeast && "+"}
  </span>
);
