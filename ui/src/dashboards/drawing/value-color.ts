import type { CSSProperties } from "react";
import { cssColor } from "../model/colors.ts";

/** Text in a color; the text beside it tells the same. */
export const colored = (name: string | undefined): CSSProperties | undefined => {
  const color = cssColor(name);
  return color === undefined ? undefined : { color };
};

/** A background of a color under text that stays readable: a tint of it, and a border of the full color. */
export const tinted = (name: string | undefined): CSSProperties | undefined => {
  const color = cssColor(name);
  return color === undefined
    ? undefined
    : { background: `color-mix(in srgb, ${color} 18%, var(--surface))`, boxShadow: `inset 3px 0 0 ${color}` };
};
