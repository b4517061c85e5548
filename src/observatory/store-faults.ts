import { type Diagnostics, ObservatoryError } from "../base/index.ts";
import type { PlainError } from "./thread-messages.ts";

/** Something in the store that cannot be read or written, as a thread tells it. */
export type StoreFault = { readonly path: string; readonly error: PlainError };

const SET_ASIDE = /\.damaged(?:-\d+)?$/;

const FULL = "AO_STORE_FULL";

/** The code that a message of ours ends with; without one, that it is one. */
export const codeIn = (message: string): string => /\((AO_[A-Z_]+)\)$/.exec(message)?.[1] ?? "an error";

export const isStoreFull = (message: string): boolean => codeIn(message) === FULL;

/** Says once why nothing can be stored. A full disk is full for all its files and whoever writes to it. */
export function tellStoreFailure(diagnostics: Diagnostics, message: string): void {
  diagnostics.warnOnce(`store ${codeIn(message)}`, message);
}

/** The full disk that an error is about: itself or what caused it. */
export function storeFullIn(error: unknown): ObservatoryError | undefined {
  let cause = error;
  while (cause instanceof ObservatoryError && cause.code !== FULL) cause = cause.cause;
  return cause instanceof ObservatoryError ? cause : undefined;
}

/** Says it once per file, whatever that is called by now and however many threads come across it. */
export function tellStoreFault(diagnostics: Diagnostics, { path, error }: StoreFault): void {
  if (error.code === FULL) {
    tellStoreFailure(diagnostics, error.message);
    return;
  }
  const where = SET_ASIDE.test(path) && !error.message.includes(path) ? ` It was set aside as ${path}.` : "";
  diagnostics.warnOnce(`store ${path.replace(SET_ASIDE, "")} ${error.code ?? error.message}`, error.message + where);
}
