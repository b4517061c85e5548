import { formatFloat, quote } from "../gotext/index.ts";
import type { Extraction, LabelFilter, LabelFormat, Stage } from "./syntax.ts";

const extractionText = ({ label, expression }: Extraction): string => `${label}=${quote(expression)}`;
const formatText = (format: LabelFormat): string =>
  `${format.label}=${"from" in format ? format.from : quote(format.template)}`;

function filterText(filter: LabelFilter): string {
  switch (filter.kind) {
    case "and":
    case "or":
      return `( ${filterText(filter.left)} ${filter.kind === "and" ? "," : "or"} ${filterText(filter.right)} )`;
    case "string":
      return `${filter.matcher.name}${filter.matcher.operator}${quote(filter.matcher.value)}`;
    case "ip":
      return `${filter.label}${filter.negated ? "!=" : "="}ip(${quote(filter.pattern)})`;
    default:
      return `${filter.label}${filter.comparison}${formatFloat(filter.value, "f", -1)}`;
  }
}

/** The stage as Loki writes it in an error about it. */
export function stageText(stage: Stage): string {
  switch (stage.kind) {
    case "lineFilter": {
      const first = stage.ip ? `ip(${quote(stage.text)})` : quote(stage.text);
      return `${stage.operator} ${[first, ...stage.alternatives.map((text) => quote(text))].join(" or ")}`;
    }
    case "labelFilter":
      return `| ${filterText(stage.filter)}`;
    case "json":
      return ["| json", stage.extractions.map(extractionText).join(",")].join(" ").trimEnd();
    case "logfmt": {
      const flags = [stage.strict ? "--strict" : "", stage.keepEmpty ? "--keep-empty" : ""];
      return ["| logfmt", ...flags, stage.extractions.map(extractionText).join(",")].filter(Boolean).join(" ");
    }
    case "regexp":
    case "pattern":
      return `| ${stage.kind} ${quote(stage.expression)}`;
    case "lineFormat":
      return `| line_format ${quote(stage.template)}`;
    case "labelFormat":
      return `| label_format ${stage.formats.map(formatText).join(",")}`;
    case "drop":
    case "keep": {
      const choices = stage.choices.map(({ name, matcher }) =>
        matcher === undefined ? name : `${name}${matcher.operator}${quote(matcher.value)}`,
      );
      return `| ${stage.kind} ${choices.join(",")}`;
    }
    default:
      return `| ${stage.kind}`;
  }
}
