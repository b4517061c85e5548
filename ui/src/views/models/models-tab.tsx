import { type ReactNode, useMemo } from "react";
import { THRESHOLDS } from "../../../../alerts/source/thresholds.ts";
import { formatCount } from "../../format/quantity.ts";
import type { Row } from "../../measures/answer.ts";
import { useRows } from "../../measures/ask-measures.ts";
import { ModelName } from "../../measures/model-name.tsx";
import { Asked, Card, type Column, Empty, Table } from "../../parts/parts.tsx";
import { countColumn, modelColumns, pairColumn, shareColumn } from "./amounts.tsx";
import { Categories, categoriesOf } from "./by-category.tsx";
import { MODEL_ERRORS, MODEL_KEYS, MODELS, type ModelColumn } from "./questions.ts";

type ModelRow = Row<ModelColumn>;
const { llmErrorRatio } = THRESHOLDS;

const columnsOf = (errors: readonly Row<"errors">[]): readonly Column<ModelRow>[] => [
  {
    title: "Model",
    by: ({ labels }) => labels["model"] ?? "",
    show: ({ labels }) => <ModelName labels={labels} />,
  },
  countColumn("Calls", "calls"),
  shareColumn("Failed", "failedShare", llmErrorRatio),
  {
    title: "Errors by category",
    show: ({ labels: { model = "" } }) => (
      <Categories categories={categoriesOf(errors, "model", model)} params={{ model }} />
    ),
  },
  ...modelColumns<ModelRow>(),
  pairColumn("Retries", ["retries", formatCount], ["fallbacks", formatCount], "fallbacks"),
  countColumn("Rate limits", "rateLimits"),
];

const NO_ERRORS: readonly Row<"errors">[] = [];

/** All models that were called in the time range. */
export function ModelsTab(): ReactNode {
  const rows = useRows(MODELS, MODEL_KEYS);
  const errors = useRows(MODEL_ERRORS, [...MODEL_KEYS, "category"]);
  const columns = useMemo(() => columnsOf(errors.data ?? NO_ERRORS), [errors.data]);
  return (
    <Card title="Models" description="A click on a name shows how it developed, and who calls it.">
      <Asked answer={rows} what="Models were not answered." height={320}>
        {(all) => {
          const shown = all.filter(({ of }) => (of.calls ?? 0) > 0);
          if (shown.length === 0) {
            return (
              <Empty title="No model was called in this time" command="npx agent-observatory dev -- node app.js">
                <p>Calls are seen on the wire, whichever SDK makes them.</p>
              </Empty>
            );
          }
          return <Table label="All models" rows={shown} columns={columns} keyOf={({ id }) => id} sortedBy="Calls" />;
        }}
      </Asked>
    </Card>
  );
}
