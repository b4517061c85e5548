import type { HealthCheck } from "../check.ts";
import type { Verdict } from "../verdict.ts";
import { ask, below, type Incoming, jsonOf } from "./outgoing.ts";

export type LlmEndpointKind = "openai" | "azure" | "anthropic" | "gemini" | "ollama";

export type LlmEndpointOptions = {
  /** The base URL, as the SDK takes it: `https://api.openai.com/v1`, `https://api.anthropic.com`, `http://127.0.0.1:11434`. */
  readonly url: string;
  readonly apiKey?: string;
  /** Unhealthy where the endpoint does not offer it. */
  readonly model?: string;
  /** What it speaks. Default: by its host, else OpenAI's API. */
  readonly kind?: LlmEndpointKind;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Lists of models of some gateways have a megabyte and more. */
const MAX_LIST_BYTES = 8_388_608;

type Dialect = {
  /** Where the models are listed or, with a name, where one is described. */
  readonly models: (base: string, model?: string) => URL;
  readonly headers: (apiKey: string) => Readonly<Record<string, string>>;
  /** Whether a model has an address of its own, which knows aliases that the list does not have. */
  readonly describesOne: boolean;
};

const hasPath = (base: string): boolean => new URL(base).pathname.replace(/\/+$/, "") !== "";
const bearer = (apiKey: string) => ({ authorization: `Bearer ${apiKey}` });

function versioned(base: string, version: string, path: string): URL {
  return below(base, hasPath(base) ? path : `/${version}${path}`);
}

const one = (model: string | undefined): string => (model === undefined ? "" : `/${encodeURIComponent(model)}`);

const DIALECTS: Readonly<Record<LlmEndpointKind, Dialect>> = {
  openai: { models: (base) => versioned(base, "v1", "/models"), headers: bearer, describesOne: false },
  azure: {
    models: (base) => {
      if (new URL(base).pathname.includes("/openai/v1")) return below(base, "/models");
      const url = below(base, hasPath(base) ? "/models" : "/openai/models");
      if (!url.searchParams.has("api-version")) url.searchParams.set("api-version", "2024-10-21");
      return url;
    },
    headers: (apiKey) => ({ "api-key": apiKey }),
    describesOne: false,
  },
  anthropic: {
    models: (base, model) => versioned(base, "v1", `/models${one(model)}`),
    headers: (apiKey) => ({ "x-api-key": apiKey, "anthropic-version": "2023-06-01" }),
    describesOne: true,
  },
  gemini: {
    models: (base, model) => versioned(base, "v1beta", `/models${one(model?.replace(/^models\//, ""))}`),
    headers: (apiKey) => ({ "x-goog-api-key": apiKey }),
    describesOne: true,
  },
  ollama: { models: (base) => below(base, "/api/tags"), headers: bearer, describesOne: false },
};

function kindOf(base: string): LlmEndpointKind {
  const { hostname, port, pathname } = new URL(base);
  if (hostname === "api.anthropic.com") return "anthropic";
  if (hostname === "generativelanguage.googleapis.com") return pathname.includes("/openai") ? "openai" : "gemini";
  if (/\.(?:openai\.azure|services\.ai\.azure|cognitiveservices\.azure)\.com$/.test(hostname)) return "azure";
  return port === "11434" && pathname === "/" ? "ollama" : "openai";
}

/** Names of a list, in the forms of OpenAI, Anthropic (`data[].id`), Gemini and Ollama (`models[].name`). Undefined: it is no list. */
function namesIn(text: string): ReadonlySet<unknown> | undefined {
  const { data, models } = jsonOf(text);
  const list = Array.isArray(data) ? data : Array.isArray(models) ? models : undefined;
  return (
    list &&
    new Set(
      list.flatMap((entry: unknown) => {
        const { id, name } = (entry ?? {}) as { id?: unknown; name?: unknown };
        const names = [id, name].filter((each) => typeof each === "string");
        // Ollama's names end with the tag that stands for none.
        return names.flatMap((each) => [each, each.replace(/:latest$/, "")]);
      }),
    )
  );
}

/** What a status means by itself; undefined where the answer is to be looked at. */
function byStatus(status: number): Verdict | undefined {
  if (status === 401 || status === 403) return { status: "unhealthy", message: `it refuses the key (${status})` };
  if (status === 429) return { status: "degraded", message: "it is over its rate limit (429)" };
  if (status === 529) return { status: "degraded", message: "it is overloaded (529)" };
  if (status >= 500) return { status: "unhealthy", message: `it answered ${status}` };
  if (status >= 300 && status < 400) return { status: "unhealthy", message: `it redirects (${status})` };
  return undefined;
}

/**
 * Whether the endpoint of a model answers, takes the key and offers the model. It reads the list of models, or the model's entry, where there is
 * one, and else only whether something answers: no tokens are spent.
 */
export function llmEndpointCheck({ url, apiKey, model, kind, headers = {} }: LlmEndpointOptions): HealthCheck {
  return async ({ signal }) => {
    const { models, headers: authorization, describesOne } = DIALECTS[kind ?? kindOf(url)];
    const outgoing = {
      headers: { accept: "application/json", ...(apiKey !== undefined && authorization(apiKey)), ...headers },
      signal,
      maxBytes: MAX_LIST_BYTES,
    };
    const asksOne = describesOne && model !== undefined;
    const listed: Incoming = await ask(models(url, asksOne ? model : undefined), outgoing);
    const verdict = byStatus(listed.status);
    if (verdict !== undefined) return verdict;
    if (asksOne && listed.status === 404) return { status: "unhealthy", message: `it does not offer ${model}` };
    if (listed.status >= 400) {
      const { status } = await ask(url, { ...outgoing, method: "HEAD" });
      return byStatus(status) ?? { status: "healthy", message: "it answers, and has no list of models" };
    }
    if (model === undefined || asksOne) return { status: "healthy", message: "ok" };
    const names = namesIn(listed.text);
    if (names === undefined) return { status: "healthy", message: "it answers, and its list of models cannot be read" };
    return names.has(model)
      ? { status: "healthy", message: "ok" }
      : { status: "unhealthy", message: `it does not offer ${model}` };
  };
}
