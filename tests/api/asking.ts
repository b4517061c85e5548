import { type ApiLimits, type ApiResponse, createQueryApi } from "../../src/api/index.ts";
import { type Content, createSources } from "./memory-sources.ts";

/** The time that all tests of the APIs run at. */
export const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

export type Question = {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly isExpired?: () => boolean;
};

export type Ask = (target: string, question?: Question) => ApiResponse;

/** Asks the query API over this content: `target` is path and query string. */
export function createAsk(content: Content, limits: Partial<ApiLimits> = {}): Ask {
  const clock = { nowMs: () => NOW_MS };
  const api = createQueryApi({ sources: createSources(content), clock, version: "1.2.3", limits });
  return (target, { method = "GET", body = "", headers = {}, isExpired } = {}) => {
    const at = target.indexOf("?");
    const [path, query] = at < 0 ? [target, ""] : [target.slice(0, at), target.slice(at + 1)];
    const params = new URLSearchParams([...new URLSearchParams(body), ...new URLSearchParams(query)]);
    return api.handle({ method, path, params, headers, ...(isExpired === undefined ? {} : { isExpired }) });
  };
}

export const json = ({ body }: ApiResponse) => JSON.parse(body);

/** `name=value&…` with values encoded. */
export const query = (params: Readonly<Record<string, string | number>>): string =>
  Object.entries(params)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
