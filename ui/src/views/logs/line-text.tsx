import { type ReactNode, useMemo } from "react";
import { ansiPieces, hasAnsi } from "./ansi.ts";
import css from "./line.module.css";

const COLORS = [css.black, css.red, css.green, css.yellow, css.blue, css.magenta, css.cyan, css.white];

/** A text of a program: its terminal colors are drawn, other control characters are a dot, and nothing of it is anything but text. */
export function LineText({ text, most }: { readonly text: string; readonly most: number }): ReactNode {
  const pieces = useMemo(() => ansiPieces(text.length > most ? text.slice(0, most) : text), [text, most]);
  const drawn = hasAnsi(text)
    ? pieces.map(({ text: part, color, bold, dim, underlined }, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no state.
          key={index}
          className={[
            color === undefined ? "" : COLORS[color],
            bold && css.bold,
            dim && css.dim,
            underlined && css.underlined,
          ]
            .filter(Boolean)
            .join(" ")}
        >
          {part}
        </span>
      ))
    : pieces[0]?.text;
  return (
    <>
      {drawn}
      {text.length > most && (
        <span className={css.cut}> … {(text.length - most).toLocaleString("en")} more characters</span>
      )}
    </>
  );
}
