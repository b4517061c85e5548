import { basicCredentials, ObservatoryError } from "../../base/index.ts";

export type PosterOptions = {
  readonly url: string;
  /** How a message names what is posted to: "Alertmanager", "webhook". */
  readonly what: string;
  readonly timeoutMs: number;
  /** Pauses before another try; as many tries more as there are pauses. */
  readonly retryDelaysMs: readonly number[];
  readonly onFault: (error: ObservatoryError) => void;
};

/** Posts JSON to one receiver. What is said of it names scheme and host alone: paths of webhooks are secrets. */
export type Poster = {
  /** Scheme and host. */
  readonly target: string;
  /** Tries as often as allowed; false where the receiver did not take it. Never rejects. */
  readonly post: (body: string) => Promise<boolean>;
  /** Ends pauses and tries that are under way. */
  readonly abort: () => void;
  readonly posts: () => number;
  readonly failedPosts: () => number;
};

type Attempt = { readonly ok: true } | { readonly ok: false; readonly again: boolean; readonly reason: string };

const MIN_SERVER_ERROR = 500;
const TOO_MANY_REQUESTS = 429;

/** Never the error's own words: they may quote the URL. */
function failureOf(error: unknown, timeoutMs: number): string {
  if (error instanceof DOMException && error.name === "TimeoutError") return `no answer within ${timeoutMs} ms`;
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return cause?.code ?? "no connection";
}

/** Throws `ObservatoryError` where the URL cannot be used. `position` names it, because it may hold a secret. */
export function createPoster({ url, what, timeoutMs, retryDelaysMs, onFault }: PosterOptions): Poster {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw new ObservatoryError("AO_RULES_NOTIFY", {
      expected: `a URL of a ${what} that begins with http:// or https://`,
      received: parsed === undefined ? "something that is no URL" : `one with ${parsed.protocol}//`,
      remedy: "Correct the address; it is not shown here because it may hold a secret.",
    });
  }
  const headers: Record<string, string> = { "content-type": "application/json", "user-agent": "agent-observatory" };
  const authorization = basicCredentials(parsed);
  if (authorization !== undefined) headers["authorization"] = authorization;
  [parsed.username, parsed.password] = ["", ""];
  const target = `${parsed.protocol}//${parsed.host}`;
  const aborted = new AbortController();
  let [posts, failedPosts, failing] = [0, 0, false];

  const attempt = async (body: string): Promise<Attempt> => {
    try {
      const signal = AbortSignal.any([aborted.signal, AbortSignal.timeout(timeoutMs)]);
      // A redirect would carry the alerts to somebody else.
      const response = await fetch(parsed, { method: "POST", headers, body, signal, redirect: "manual" });
      await response.body?.cancel().catch(() => {});
      if (response.ok) return { ok: true };
      const again = response.status >= MIN_SERVER_ERROR || response.status === TOO_MANY_REQUESTS;
      return { ok: false, again, reason: `HTTP ${response.status}` };
    } catch (error) {
      return { ok: false, again: !aborted.signal.aborted, reason: failureOf(error, timeoutMs) };
    }
  };

  const pause = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(done, delayMs);
      timer.unref();
      function done(): void {
        clearTimeout(timer);
        aborted.signal.removeEventListener("abort", done);
        resolve();
      }
      aborted.signal.addEventListener("abort", done);
    });

  const tell = (reason: string): void => {
    // Once for each time that it goes wrong, not for every alert.
    if (failing) return;
    failing = true;
    onFault(
      new ObservatoryError("AO_RULES_NOTIFY", { expected: `the ${what} ${target} to take alerts`, received: reason }),
    );
  };

  return {
    target,
    post: async (body) => {
      posts += 1;
      for (let tries = 0; ; tries++) {
        const result = await attempt(body);
        if (result.ok) {
          failing = false;
          return true;
        }
        const delayMs = retryDelaysMs[tries];
        if (delayMs === undefined || !result.again || aborted.signal.aborted) {
          failedPosts += 1;
          tell(result.reason);
          return false;
        }
        await pause(delayMs);
      }
    },
    abort: () => aborted.abort(),
    posts: () => posts,
    failedPosts: () => failedPosts,
  };
}
