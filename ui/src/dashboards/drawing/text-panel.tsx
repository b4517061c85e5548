import type { ReactNode } from "react";
import { Markdown } from "../../parts/markdown.tsx";
import type { Panel } from "../model/dashboard.ts";
import { htmlText } from "../model/html-text.ts";
import { textOf } from "../model/json.ts";
import { interpolate } from "../model/template.ts";
import { useBoard } from "./board-context.ts";
import css from "./panel-card.module.css";

/** Markdown is drawn; HTML of a file that anybody may have written is shown as the text in it. */
export function TextPanel({ panel }: { readonly panel: Panel }): ReactNode {
  const { lookUp } = useBoard();
  const text = interpolate(textOf(panel.options["content"]) ?? "", lookUp);
  const mode = textOf(panel.options["mode"]) ?? "markdown";
  if (mode === "markdown") {
    return (
      <div className={css.text}>
        <Markdown text={text} />
      </div>
    );
  }
  if (mode === "code") return <pre className={css.text}>{text}</pre>;
  return <div className={css.plain}>{htmlText(text)}</div>;
}
