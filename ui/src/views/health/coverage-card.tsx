import type { ReactNode } from "react";
import { Card, Empty, Table, Tag } from "../../parts/parts.tsx";
import type { Library, LibraryStatus } from "./facts.ts";
import css from "./health.module.css";

const STATUSES: Readonly<
  Record<LibraryStatus, readonly [text: string, tone: "ok" | "plain" | "bad" | "warn", meaning: string]>
> = {
  observed: ["observed", "ok", "It was seen at work."],
  found: [
    "found",
    "plain",
    "Loaded, and nothing that it did was seen: never called, or only in ways that nobody looks at.",
  ],
  loaded_before: [
    "loaded too early",
    "bad",
    "It was there before the preload: put --require agent-observatory/register first.",
  ],
  unsupported_version: ["unknown version", "warn", "Its agents and tools are not seen; its calls on the wire are."],
};

/** Which libraries of which programs are observed. */
export const CoverageCard = ({ libraries }: { readonly libraries: readonly Library[] }): ReactNode => (
  <Card title="What is observed" description="Libraries that programs loaded.">
    {libraries.length === 0 ? (
      <Empty title="No program said what it loaded in this time" command="npx agent-observatory doctor -- node app.js">
        <p>See what would be observed:</p>
      </Empty>
    ) : (
      <>
        <Table
          label="Each library"
          rows={libraries}
          keyOf={({ job, library, version }) => `${job} ${library} ${version}`}
          columns={[
            {
              title: "Status",
              show: ({ status }) => {
                const [text, tone, meaning] = STATUSES[status];
                return (
                  <Tag tone={tone} title={meaning}>
                    {text}
                  </Tag>
                );
              },
              by: ({ status }) => status,
            },
            { title: "Library", show: ({ library, version }) => `${library} ${version}`, by: ({ library }) => library },
            { title: "Program", show: ({ job }) => job, by: ({ job }) => job },
          ]}
        />
        <Meanings libraries={libraries} />
      </>
    )}
  </Card>
);

/** What the words mean that say less than that all is well. */
function Meanings({ libraries }: { readonly libraries: readonly Library[] }): ReactNode {
  const present = new Set(libraries.map(({ status }) => status));
  return (["unsupported_version", "loaded_before", "found"] as const)
    .filter((status) => present.has(status))
    .map((status) => (
      <p key={status} className={css.meaning}>
        <strong>{STATUSES[status][0]}</strong>: {STATUSES[status][2]}
      </p>
    ));
}
