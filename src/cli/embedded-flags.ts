import { EMBEDDED_SETTINGS } from "../config/index.ts";
import type { Flag, Flags } from "./command.ts";

type Row = { readonly flag?: string; readonly default: string; readonly doc: string };

const asFlag = ({ doc, default: standard }: Row): Flag => ({
  kind: "text",
  value: "VALUE",
  doc: `${doc.replace(/\.$/, "")} (${standard}).`,
});

/** The settings of the embedded process that have a flag. Their values are read by the configuration, with variables and file. */
export const EMBEDDED_FLAGS: Flags = Object.fromEntries(
  Object.values<Row>(EMBEDDED_SETTINGS).flatMap((row) => (row.flag === undefined ? [] : [[row.flag, asFlag(row)]])),
);

/** The flags of the embedded process among those of a command. */
export const embeddedValues = (flags: Readonly<Record<string, unknown>>): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.keys(EMBEDDED_FLAGS).map((name) => {
      const value = flags[name];
      return [name, typeof value === "string" ? value : undefined];
    }),
  );
