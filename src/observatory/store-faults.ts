import type { Diagnostics } from "../base/index.ts";
import type { PlainError } from "./thread-messages.ts";

/** Something in the store that cannot be read or written, as a thread tells it. */
export type StoreFault = { readonly path: string; readonly error: PlainError };

const SET_ASIDE = /\.damaged(?:-\d+)?$/;

/** Says it once per file, whatever that is called by now and however many threads come across it. */
export function tellStoreFault(diagnostics: Diagnostics, { path, error }: StoreFault): void {
  const where = SET_ASIDE.test(path) && !error.message.includes(path) ? ` It was set aside as ${path}.` : "";
  diagnostics.warnOnce(`store ${path.replace(SET_ASIDE, "")} ${error.code ?? error.message}`, error.message + where);
}
