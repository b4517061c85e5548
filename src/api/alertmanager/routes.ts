import { compileMatchers, SilenceError, type SilenceMatcher, type Silences } from "../../rules/index.ts";
import { type Labels, type Matcher, matchesAll } from "../../signals/index.ts";
import { respond } from "../answer.ts";
import type { ApiRequest, ApiResponse } from "../request.ts";
import { alertJson, RECEIVER } from "./alert-json.ts";
import { FilterError, readFilter } from "./filter.ts";
import { BodyError, readSilence, silenceJson } from "./silence-json.ts";

/** An alert that fires. Times in milliseconds. */
export type KnownAlert = {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly fingerprint: string;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly updatedAtMs: number;
  readonly generatorUrl: string;
};

export type AlertmanagerApiOptions = {
  readonly silences: Silences;
  readonly alerts: () => readonly KnownAlert[];
  /** Fingerprints of the alerts that mute one with these labels. */
  readonly inhibiting?: (labels: Labels) => readonly string[];
  /** Of agent-observatory. */
  readonly version: string;
  readonly startedMs: number;
};

export type BodyRequest = Pick<ApiRequest, "method" | "path" | "params"> & {
  readonly contentType: string;
  readonly body: string;
};

/** Alertmanager's API v2, as far as it is about alerts and silences. Never rejects. */
export type AlertmanagerApi = {
  readonly handles: (path: string) => boolean;
  readonly handle: (request: BodyRequest) => Promise<ApiResponse>;
};

const ROOT = "/api/v2/";
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  status: ["GET"],
  alerts: ["GET"],
  receivers: ["GET"],
  silences: ["GET", "POST"],
  silence: ["GET", "DELETE"],
};

const json = (status: number, value: unknown): ApiResponse =>
  respond(status, "application/json", `${JSON.stringify(value)}\n`);
const failed = (status: number, code: number, message: string): ApiResponse => json(status, { code, message });
const empty = (status: number): ApiResponse => ({ status, headers: {}, body: "" });

const TRUE = new Set(["true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled"]);
const flag = (params: URLSearchParams, name: string): boolean => TRUE.has((params.get(name) ?? "true").toLowerCase());

function filtersOf(params: URLSearchParams): readonly SilenceMatcher[] {
  return params.getAll("filter").map(readFilter);
}

function compileFilters(filters: readonly SilenceMatcher[]): readonly Matcher[] {
  try {
    return compileMatchers(filters);
  } catch (error) {
    throw error instanceof SilenceError ? new FilterError(error.message.replace("invalid silence: ", "")) : error;
  }
}

function answerAlerts(
  params: URLSearchParams,
  { alerts, silences, inhibiting = () => [] }: AlertmanagerApiOptions,
): ApiResponse {
  const filters = compileFilters(filtersOf(params));
  const [active, silenced, inhibited] = ["active", "silenced", "inhibited"].map((name) => flag(params, name));
  const receiver = params.get("receiver");
  if (receiver !== null) {
    const wanted = compileFilters([{ name: "receiver", operator: "=~", value: receiver }]);
    if (!matchesAll(wanted, { receiver: RECEIVER })) return json(200, []);
  }
  const shown = alerts()
    .filter(({ labels }) => matchesAll(filters, labels))
    .map((alert) => ({
      alert,
      silencedBy: silences.silencing(alert.labels),
      inhibitedBy: inhibiting(alert.labels),
    }))
    .filter(({ silencedBy, inhibitedBy }) =>
      silencedBy.length + inhibitedBy.length === 0
        ? active
        : (silenced || silencedBy.length === 0) && (inhibited || inhibitedBy.length === 0),
    )
    .sort((a, b) => (a.alert.fingerprint < b.alert.fingerprint ? -1 : 1));
  return json(
    200,
    shown.map(({ alert, silencedBy, inhibitedBy }) => alertJson(alert, silencedBy, inhibitedBy)),
  );
}

/** A filter selects silences that have the very same matcher. */
function answerSilences(params: URLSearchParams, { silences }: AlertmanagerApiOptions): ApiResponse {
  const filters = filtersOf(params);
  const shown = silences
    .list()
    .filter(({ matchers }) =>
      filters.every((filter) =>
        matchers.some(
          ({ name, operator, value }) => name === filter.name && operator === filter.operator && value === filter.value,
        ),
      ),
    );
  return json(200, shown.map(silenceJson));
}

async function answerSilence(id: string, method: string, { silences }: AlertmanagerApiOptions): Promise<ApiResponse> {
  if (!UUID.test(id)) return failed(422, 601, `silenceID in path must be of type uuid: ${JSON.stringify(id)}`);
  if (method === "DELETE") return empty((await silences.expire(id)) ? 200 : 404);
  const silence = silences.find(id);
  return silence === undefined ? empty(404) : json(200, silenceJson(silence));
}

async function createSilence(
  { contentType, body }: BodyRequest,
  { silences }: AlertmanagerApiOptions,
): Promise<ApiResponse> {
  const type = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type !== "application/json")
    return failed(415, 415, `unsupported media type ${JSON.stringify(type)}, only [application/json] are allowed`);
  return json(200, { silenceID: await silences.set(readSilence(body)) });
}

const answerStatus = ({ version, startedMs }: AlertmanagerApiOptions): ApiResponse =>
  json(200, {
    cluster: { peers: [], status: "disabled" },
    config: { original: "# Alerts and silences of an agent-observatory. Who is told is set there: rules.webhooks.\n" },
    uptime: new Date(startedMs).toISOString(),
    versionInfo: { branch: "", buildDate: "", buildUser: "", goVersion: "", revision: "agent-observatory", version },
  });

async function answer(request: BodyRequest, options: AlertmanagerApiOptions): Promise<ApiResponse> {
  const { method, path, params } = request;
  const [what = "", id, ...more] = path.slice(ROOT.length).split("/");
  const allowed = Object.hasOwn(ALLOWED, what) ? ALLOWED[what] : undefined;
  if (allowed === undefined || more.length > 0 || (id !== undefined) !== (what === "silence"))
    return failed(404, 404, `path ${path} was not found`);
  if (!allowed.includes(method)) {
    const refused = failed(405, 405, `method ${method} is not allowed, but [${allowed}] are`);
    return { ...refused, headers: { ...refused.headers, allow: allowed.join(",") } };
  }
  if (what === "status") return answerStatus(options);
  if (what === "receivers") return json(200, [{ name: RECEIVER }]);
  if (what === "alerts") return answerAlerts(params, options);
  if (what === "silence") return answerSilence(id ?? "", method, options);
  return method === "GET" ? answerSilences(params, options) : createSilence(request, options);
}

export function createAlertmanagerApi(options: AlertmanagerApiOptions): AlertmanagerApi {
  return {
    handles: (path) => path.startsWith(ROOT),
    handle: async (request) => {
      try {
        return await answer(request, options);
      } catch (error) {
        if (error instanceof BodyError) return failed(error.status, error.code, error.message);
        if (error instanceof SilenceError) return json(error.reason === "unknown" ? 404 : 400, error.message);
        if (error instanceof FilterError) return json(400, error.message);
        return json(500, error instanceof Error ? error.message : String(error));
      }
    },
  };
}
