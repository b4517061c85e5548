import type { MatchOperator } from "../../signals/index.ts";
import type { Silence, SilenceMatcher } from "./silence.ts";

const OPERATORS: readonly MatchOperator[] = ["=", "!=", "=~", "!~"];

function isMatcher(value: unknown): value is SilenceMatcher {
  const { name, operator, value: wanted } = (value ?? {}) as Partial<SilenceMatcher>;
  return typeof name === "string" && typeof wanted === "string" && OPERATORS.some((one) => one === operator);
}

function isSilence(value: unknown): value is Silence {
  const { id, matchers, startsAtMs, endsAtMs, updatedAtMs, createdBy, comment } = (value ?? {}) as Partial<Silence>;
  return (
    [id, createdBy, comment].every((text) => typeof text === "string") &&
    [startsAtMs, endsAtMs, updatedAtMs].every((time) => Number.isFinite(time)) &&
    Array.isArray(matchers) &&
    matchers.every(isMatcher)
  );
}

export const writeSilences = (silences: readonly Silence[]): string => JSON.stringify({ version: 1, silences });

/** Throws where the text is not what `writeSilences` wrote. */
export function readSilences(text: string): readonly Silence[] {
  const saved = JSON.parse(text) as { readonly version?: unknown; readonly silences?: unknown };
  const { version, silences } = saved;
  if (version !== 1 || !Array.isArray(silences) || !silences.every(isSilence))
    throw new TypeError("not a list of silences");
  return silences;
}
