import type { HealthCheck } from "../check.ts";
import { ask } from "./outgoing.ts";

export type HttpExpectation = {
  /** Default: any from 200 to 399. */
  readonly status?: number | readonly number[];
  /** What the body has to hold, within its first megabyte. */
  readonly body?: string | RegExp;
};

export type HttpCheckOptions = {
  readonly url: string;
  /** Default: GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expect?: HttpExpectation;
};

function isExpectedStatus(status: number, expected: HttpExpectation["status"]): boolean {
  if (expected === undefined) return status >= 200 && status < 400;
  return typeof expected === "number" ? status === expected : expected.includes(status);
}

/** Whether an address answers as it should. Redirects are not followed. */
export function httpCheck({ url, method = "GET", headers = {}, expect = {} }: HttpCheckOptions): HealthCheck {
  return async ({ signal }) => {
    const { status, text } = await ask(url, { method, headers, signal });
    if (!isExpectedStatus(status, expect.status)) return { status: "unhealthy", message: `it answered ${status}` };
    const { body } = expect;
    if (body === undefined) return { status: "healthy", message: `it answered ${status}` };
    // A pattern with the flag g would look on from where it found something last time.
    const found = typeof body === "string" ? text.includes(body) : text.search(body) !== -1;
    return found
      ? { status: "healthy", message: `it answered ${status}` }
      : { status: "unhealthy", message: `it answered ${status}, but not what is expected` };
  };
}
