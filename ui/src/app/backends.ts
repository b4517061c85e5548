import { type Backends, createBackends } from "../../../src/backends/index.ts";
import { createAccess, keptInTab, takeTokenFromAddress } from "./access.ts";

const kept = keptInTab();
takeTokenFromAddress(kept);

/** What this tab may ask. Whatever is asked of the process beside the three APIs is asked by its `fetch`. */
export const access = createAccess(kept);

/** The three APIs, all at the address that the page comes from: an embedded process has them, or passes on to those of a stack. */
const backends = createBackends({
  url: window.location.origin,
  fetch: access.fetch,
  openSocket: access.openSocket,
});
export const askBackends = (): Backends => backends;

/** The same for what may be given up before it is answered: when its view is left, or another range is asked for. */
export const askBackendsUntil = (signal: AbortSignal): Backends =>
  createBackends({
    url: window.location.origin,
    fetch: (input, init) =>
      access.fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, signal]) : signal }),
    openSocket: access.openSocket,
  });
