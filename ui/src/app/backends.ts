import { type Backends, createBackends } from "../../../src/backends/index.ts";

/** The three APIs, all at the address that the page comes from: an embedded process has them, or passes on to those of a stack. */
let backends: Backends | undefined;
export const askBackends = (): Backends => {
  backends ??= createBackends({ url: window.location.origin });
  return backends;
};
