import { respond } from "../answer.ts";
import type { ApiResponse } from "../request.ts";

export type Notes = { readonly warnings?: readonly string[]; readonly infos?: readonly string[] };

const MAX_NOTES = 10;

function notesJson(key: string, notes: readonly string[] | undefined): string {
  if (notes === undefined || notes.length === 0) return "";
  const omitted = notes.length - MAX_NOTES;
  const shown =
    omitted > 0 ? [...notes.slice(0, MAX_NOTES), `${omitted} more ${key.slice(0, -1)} annotations omitted`] : notes;
  return `,"${key}":${JSON.stringify(shown)}`;
}

/** What stands around the data of a successful answer. */
export const OPENING = '{"status":"success","data":';
export const closing = ({ warnings, infos }: Notes): string =>
  `${notesJson("warnings", warnings)}${notesJson("infos", infos)}}`;

export const success = (dataJson: string, notes: Notes = {}): ApiResponse =>
  respond(200, "application/json", `${OPENING}${dataJson}${closing(notes)}`);
