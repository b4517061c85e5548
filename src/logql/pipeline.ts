import { parseError } from "./error.ts";
import type { EarlyFilter } from "./hints.ts";
import type { LabelState } from "./label-state.ts";
import { stageText } from "./stage-text.ts";
import { createPatternStage, createRegexpStage } from "./stages/captures.ts";
import { createDecolorizeStage } from "./stages/decolorize.ts";
import { createJsonStage } from "./stages/json.ts";
import { createJsonFieldsStage } from "./stages/json-fields.ts";
import { createLabelFilter } from "./stages/label-filter.ts";
import { createDropStage, createKeepStage } from "./stages/labels.ts";
import { createLineFilter } from "./stages/line-filter.ts";
import { createLogfmtStage } from "./stages/logfmt.ts";
import { createLogfmtFieldsStage } from "./stages/logfmt-fields.ts";
import type { StageRunner } from "./stages/stage.ts";
import { createUnpackStage } from "./stages/unpack.ts";
import type { Stage } from "./syntax.ts";
import { createLabelFormatStage, createLineFormatStage } from "./templates/template-stage.ts";

export type Pipeline = {
  readonly process: (timeNs: bigint, line: string, state: LabelState) => string | undefined;
  readonly requiredLabels: readonly string[];
  readonly earlyFilters: readonly EarlyFilter[];
  readonly isEmpty: boolean;
};

type Runner = StageRunner & { readonly early?: EarlyFilter | undefined };

function createStage(stage: Stage): Runner {
  switch (stage.kind) {
    case "lineFilter":
      return createLineFilter(stage);
    case "labelFilter":
      return createLabelFilter(stage.filter);
    case "json":
      return stage.extractions.length > 0 ? createJsonFieldsStage(stage.extractions) : createJsonStage();
    case "logfmt":
      return stage.extractions.length > 0
        ? createLogfmtFieldsStage(stage.extractions, stage.strict)
        : createLogfmtStage(stage);
    case "regexp":
      return createRegexpStage(stage.expression);
    case "pattern":
      return createPatternStage(stage.expression);
    case "unpack":
      return createUnpackStage();
    case "decolorize":
      return createDecolorizeStage();
    case "lineFormat":
      return createLineFormatStage(stage.template);
    case "labelFormat":
      return createLabelFormatStage(stage.formats);
    case "drop":
      return createDropStage(stage.choices);
    case "keep":
      return createKeepStage(stage.choices);
  }
}

/**
 * Line filters as early as they may be: before all that stands between them and a label filter, a `line_format` or an `unpack`. Loki
 * does so even where it shows: a filter behind `decolorize` sees the colors.
 */
function reorder(stages: readonly Stage[]): Stage[] {
  const ordered: Stage[] = [];
  let lineFilters: Stage[] = [];
  let others: Stage[] = [];
  const flush = (): void => {
    ordered.push(...lineFilters, ...others);
    lineFilters = [];
    others = [];
  };
  for (const stage of stages) {
    if (stage.kind === "lineFilter") lineFilters.push(stage);
    else if (stage.kind === "labelFilter") {
      flush();
      ordered.push(stage);
    } else {
      others.push(stage);
      if (stage.kind === "lineFormat" || stage.kind === "unpack") flush();
    }
  }
  flush();
  return ordered;
}

/** Throws `LogqlError` where a stage's pattern or template cannot be read. */
export function createPipeline(stages: readonly Stage[]): Pipeline {
  const runners = reorder(stages).map((stage) => {
    try {
      return createStage(stage);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw parseError(`stage '${stageText(stage)}' : ${error.message}`);
    }
  });
  return {
    requiredLabels: runners.flatMap((runner) => runner.requiredLabels),
    earlyFilters: runners.flatMap(({ early }) => (early === undefined ? [] : [early])),
    isEmpty: runners.length === 0,
    process: (timeNs, line, state) => {
      let current: string | undefined = line;
      for (const runner of runners) {
        current = runner.process(timeNs, current, state);
        if (current === undefined) return undefined;
      }
      return current;
    },
  };
}
