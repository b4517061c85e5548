import { basicCredentials, ObservatoryError } from "../base/index.ts";

/** Whom the page of a stack passes questions on to. */
export type UpstreamName = "Prometheus" | "Loki" | "Jaeger" | "Alertmanager" | "Collector";

export type Upstream = {
  readonly name: UpstreamName;
  /** Without credentials, for people. */
  readonly shown: string;
  readonly url: URL;
  readonly authorization: string | undefined;
};
export type Upstreams = Readonly<Partial<Record<UpstreamName, Upstream>>>;

/** Throws `ObservatoryError` for what is no URL, which may hold a password and is not repeated. */
export function readUpstream(name: UpstreamName, text: string): Upstream {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new ObservatoryError("AO_BACKEND_URL", {
      expected: `the URL of ${name}`,
      received: "something that is no http:// or https:// URL",
    });
  const authorization = basicCredentials(url);
  [url.username, url.password, url.search, url.hash] = ["", "", "", ""];
  url.pathname = url.pathname.replace(/\/+$/, "");
  return {
    name,
    shown: url.href.replace(/\/$/, ""),
    url,
    authorization,
  };
}

type Route = { readonly to: UpstreamName; readonly methods: readonly string[]; readonly path: RegExp };

const READS = ["GET", "HEAD"];
/** Long queries come as forms, which change nothing. */
const QUERIES = [...READS, "POST"];

/** What the page asks. Whatever else the four can do (write, delete, reload, show their configuration) is not for it. */
const ROUTES: readonly Route[] = [
  { to: "Prometheus", methods: QUERIES, path: /^\/api\/v1\/(?:query|query_range|query_exemplars|series|labels)$/ },
  {
    to: "Prometheus",
    methods: READS,
    path: /^\/api\/v1\/(?:label\/[^/]+\/values|metadata|rules|alerts|targets|status\/buildinfo)$/,
  },
  {
    to: "Loki",
    methods: READS,
    path: /^\/(?:ready|loki\/api\/v1\/(?:query|query_range|labels?|label\/[^/]+\/values|series|tail|detected_(?:fields|labels)|index\/(?:stats|volume|volume_range)|status\/buildinfo))$/,
  },
  {
    to: "Jaeger",
    methods: READS,
    path: /^\/api\/(?:services|services\/[^/]+\/operations|operations|traces|traces\/[0-9A-Fa-f]+|dependencies)$/,
  },
  {
    to: "Alertmanager",
    methods: READS,
    path: /^\/api\/v2\/(?:alerts|alerts\/groups|silences|silence\/[^/]+|status|receivers)$/,
  },
  { to: "Alertmanager", methods: ["POST"], path: /^\/api\/v2\/silences$/ },
  { to: "Alertmanager", methods: ["DELETE"], path: /^\/api\/v2\/silence\/[^/]+$/ },
];
/** A segment that a server could take for the one above. */
const CLIMBS = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)|%2f|%5c|\\/i;

/** Who answers a path, nobody where the method is another than it takes; undefined where it is no question of the page. */
export function routeOf(
  method: string,
  path: string,
): { readonly to: UpstreamName | undefined; readonly methods: readonly string[] } | undefined {
  const found = ROUTES.filter((route) => route.path.test(path) && !CLIMBS.test(path));
  if (found.length === 0) return undefined;
  const route = found.find(({ methods }) => methods.includes(method));
  return { to: route?.to, methods: found.flatMap(({ methods }) => methods) };
}
