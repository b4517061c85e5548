import { type ErrorCode, ObservatoryError } from "../base/index.ts";

export type BackendName = "Prometheus" | "Loki" | "Jaeger";

/**
 * Why there is no answer. `unreachable`: nobody is there, or the connection broke; `timeout`: nothing came in time; `denied`: credentials are
 * missing or wrong; `rejected`: the question is wrong, in the API's own words; `failed`: the back end is in trouble; `answer`: something
 * answers, but not as this API does.
 */
export type BackendFailure = "unreachable" | "timeout" | "denied" | "rejected" | "failed" | "answer";

const CODES = {
  unreachable: "AO_BACKEND_UNREACHABLE",
  timeout: "AO_BACKEND_TIMEOUT",
  denied: "AO_BACKEND_DENIED",
  rejected: "AO_BACKEND_REJECTED",
  failed: "AO_BACKEND_FAILED",
  answer: "AO_BACKEND_ANSWER",
} as const satisfies Readonly<Record<BackendFailure, ErrorCode>>;

type Facts = {
  readonly backend: BackendName;
  readonly failure: BackendFailure;
  /** Without credentials and without the query. */
  readonly url: string;
  readonly expected: string;
  readonly received: string;
  /** Of the HTTP answer. */
  readonly status?: number | undefined;
  readonly cause?: unknown;
};

/** A back end did not answer as its API does. The message names the back end, its address, what was expected and what came. */
export class BackendError extends ObservatoryError {
  readonly backend: BackendName;
  readonly failure: BackendFailure;
  readonly url: string;
  /** Of the HTTP answer, where there was one. */
  readonly status: number | undefined;
  /** What came instead of an answer, in the back end's own words where it has some. */
  readonly received: string;

  constructor({ backend, failure, url, expected, received, status, cause }: Facts) {
    super(CODES[failure], { expected, received }, cause === undefined ? {} : { cause });
    this.name = "BackendError";
    this.backend = backend;
    this.failure = failure;
    this.url = url;
    this.status = status;
    this.received = received;
  }
}
