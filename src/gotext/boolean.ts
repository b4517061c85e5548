import { fault } from "./fault.ts";

const TRUE = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const FALSE = new Set(["0", "f", "F", "false", "FALSE", "False"]);

/** As Go's strconv.ParseBool. */
export function parseBoolean(text: string): boolean | string {
  if (TRUE.has(text)) return true;
  return FALSE.has(text) ? false : fault("ParseBool", text);
}
