import { unquote } from "../../gotext/index.ts";
import type { SilenceMatcher } from "../../rules/index.ts";

/** Why a `filter` cannot be read, in Alertmanager's words. */
export class FilterError extends Error {
  override readonly name = "FilterError";
}

const MATCHER = /^\s*([\p{L}_][\p{L}\p{N}_.:-]*|"(?:[^"\\]|\\.)*")\s*(=~|!~|!=|=)\s*(.*?)\s*$/su;

/** One matcher, as `filter` of the API has it: `job="api"`, `job=~a.*`. */
export function readFilter(text: string): SilenceMatcher {
  if (/^\s*\{|\}\s*$/.test(text)) throw new FilterError(`unexpected open or close brace: ${text}`);
  const [, name, operator, value] = MATCHER.exec(text) ?? [];
  if (name === undefined || operator === undefined || value === undefined)
    throw new FilterError(`bad matcher format: ${text}`);
  const plain = (given: string): string => {
    if (!given.startsWith('"')) return given;
    const read = unquote(given);
    if (read === undefined) throw new FilterError(`matcher value contains unescaped double quote: ${given}`);
    return read;
  };
  return { name: plain(name), operator: operator as SilenceMatcher["operator"], value: plain(value) };
}
