import { protocolsOf, tokenIn } from "./token-text.ts";

/**
 * The token of a process that other machines reach: kept for this tab only, sent as a header and, to open a WebSocket, as the name of a protocol.
 * Never part of an address that is asked, which servers and proxies write down.
 */
const KEY = "agent-observatory.token";

export type Access = {
  readonly fetch: typeof globalThis.fetch;
  readonly openSocket: (url: URL) => WebSocket;
  /** Tries a token; kept where it is the right one. Rejects where nobody answers. */
  readonly enter: (token: string) => Promise<boolean>;
  /** Whether an answer said that a token is needed, or another one. */
  readonly isRefused: () => boolean;
  readonly subscribe: (listener: () => void) => () => void;
};

export type Kept = { readonly get: () => string | undefined; readonly set: (token: string) => void };

/** Where nothing may be kept, the token lasts as long as the page. */
export function keptInTab(): Kept {
  let token: string | undefined;
  try {
    token = sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    // As if there were none.
  }
  return {
    get: () => token,
    set: (next) => {
      token = next;
      try {
        sessionStorage.setItem(KEY, next);
      } catch {
        // Said above.
      }
    },
  };
}

const PROBE = "/api/v1/status/buildinfo";
const UNAUTHORIZED = 401;

export function createAccess(kept: Kept): Access {
  const listeners = new Set<() => void>();
  let refused = false;
  const setRefused = (next: boolean): void => {
    if (refused === next) return;
    refused = next;
    for (const listener of listeners) listener();
  };
  const ask = (input: RequestInfo | URL, init: RequestInit | undefined, token: string | undefined) => {
    const headers = new Headers(init?.headers);
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    return globalThis.fetch(input, { ...init, headers, credentials: "same-origin" });
  };
  return {
    fetch: async (input, init) => {
      const token = kept.get();
      const response = await ask(input, init, token);
      // What was asked before the right token came is no reason to ask for another.
      if (response.status === UNAUTHORIZED && token === kept.get()) setRefused(true);
      return response;
    },
    openSocket: (url) => {
      const token = kept.get();
      return token === undefined ? new WebSocket(url) : new WebSocket(url, protocolsOf(token));
    },
    enter: async (token) => {
      const { status } = await ask(PROBE, undefined, token);
      if (status === UNAUTHORIZED) return false;
      kept.set(token);
      setRefused(false);
      return true;
    },
    isRefused: () => refused,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Takes a token out of the address, before anything else is done with it. */
export function takeTokenFromAddress(kept: Kept): void {
  const token = tokenIn(window.location.hash);
  if (token === undefined) return;
  kept.set(token);
  window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
}
