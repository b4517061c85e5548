/** A request to a query API, without its transport. */
export type ApiRequest = {
  readonly method: string;
  /** As in the URL, percent-encoded, without the query string. */
  readonly path: string;
  /** Query string and form body together, in the order in which the three servers read them: the body first. */
  readonly params: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Whether nobody waits for the answer any more; asked now and then while a query runs. */
  readonly isExpired?: () => boolean;
};

export type ApiResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** One or more query APIs: synchronous, never throws. */
export type Api = {
  /** Whether the path belongs to this API, known or not. */
  readonly handles: (path: string) => boolean;
  readonly handle: (request: ApiRequest) => ApiResponse;
};
