/** As much of JSON Schema (draft 7) as values of the file need. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** How a value is written: in a variable as text, in the file as YAML. `undefined` means that it is not a value of the kind. */
export type Kind<T> = {
  /** Completes "expected …". */
  readonly expected: string;
  readonly fromText: (text: string) => T | undefined;
  readonly fromYaml: (value: unknown) => T | undefined;
  /** Values are never shown. */
  readonly secret?: boolean;
  /** How the file writes it, for editors: a schema of JSON Schema. */
  readonly json?: JsonSchema;
  /** What is used instead of a value that is understood but not taken as it is written. */
  readonly adjusted?: (text: string) => string | undefined;
};

const viaText =
  <T>(fromText: (text: string) => T | undefined) =>
  (value: unknown): T | undefined =>
    typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? fromText(String(value))
      : undefined;

const TRUE = new Set(["true", "1", "yes", "on"]);
const FALSE = new Set(["false", "0", "no", "off"]);

function parseBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  if (TRUE.has(lower)) return true;
  return FALSE.has(lower) ? false : undefined;
}

export const boolean: Kind<boolean> = {
  expected: "true or false",
  fromText: parseBoolean,
  fromYaml: viaText(parseBoolean),
  json: { type: "boolean" },
};

/** The values of OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT; where content goes to is not told apart here. */
function parseCapture(text: string): boolean | undefined {
  if (/^(?:span_only|event_only|span_and_event)$/i.test(text)) return true;
  return /^no_content$/i.test(text) ? false : parseBoolean(text);
}

export const capture: Kind<boolean> = {
  expected: "true or false",
  fromText: parseCapture,
  fromYaml: viaText(parseCapture),
  json: { type: "boolean" },
};

const trimmed = (text: string): string | undefined => (text.trim() === "" ? undefined : text.trim());

export const text: Kind<string> = {
  expected: "a text",
  fromText: trimmed,
  fromYaml: viaText(trimmed),
  json: { type: ["string", "number", "boolean"] },
};

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

function number(expected: string, min: number, max: number, whole: boolean): Kind<number> {
  const fromText = (given: string): number | undefined => {
    if (!NUMBER.test(given.trim())) return undefined;
    const value = Number(given);
    return value >= min && value <= max && (!whole || Number.isInteger(value)) ? value : undefined;
  };
  return {
    expected,
    fromText,
    fromYaml: (value) => (typeof value === "number" || typeof value === "string" ? fromText(String(value)) : undefined),
    json: { type: whole ? "integer" : "number", minimum: min, maximum: max },
  };
}

export const ratio = number("a number from 0 to 1", 0, 1, false);
export const port = number("a port number from 1 to 65535", 1, 65_535, true);
/** Where something listens: 0 is any port that is free. */
export const listenPort = number("a port number from 0 to 65535", 0, 65_535, true);
/** Beyond 2^31-1 Node's timers fire at once. */
export const milliseconds = number("a whole number of milliseconds, at least 1", 1, 2_147_483_647, true);
/** A year at most. */
export const seconds = number("a whole number of seconds, at least 1", 1, 31_536_000, true);
export const count = number("a whole number, at least 1", 1, 1_000_000_000, true);
export const dollars = number("an amount in US dollars, at least 0", 0, 1_000_000_000, false);
/** What an argument of a sampler may be besides a ratio is not known here. */
export const samplerArgument = ratio;

export function choice<const V extends string>(
  values: readonly V[],
  /** Other spellings. */
  also: Readonly<Record<string, V>> = {},
  adjusted?: Kind<V>["adjusted"],
): Kind<V> {
  const fromText = (given: string): V | undefined => {
    const lower = given.trim().toLowerCase();
    return values.find((value) => value === lower) ?? (Object.hasOwn(also, lower) ? also[lower] : undefined);
  };
  const last = values.at(-1);
  const expected = values.length === 1 ? `${last}` : `${values.slice(0, -1).join(", ")} or ${last}`;
  const json = { enum: [...values, ...Object.keys(also)] };
  return { expected, fromText, fromYaml: viaText(fromText), json, ...(adjusted !== undefined && { adjusted }) };
}

const BARE_HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:\/\S*)?$/;
const withScheme = (given: string): string => (BARE_HOST.test(given) ? `http://${given}` : given);

function parseUrl(given: string): string | undefined {
  const whole = withScheme(given.trim());
  return /^https?:\/\/[^/\s]/i.test(whole) && URL.canParse(whole) ? whole : undefined;
}

export const url: Kind<string> = {
  expected: "a URL that begins with http:// or https://",
  fromText: parseUrl,
  fromYaml: viaText(parseUrl),
  json: { type: "string" },
  adjusted: (given) => (BARE_HOST.test(given.trim()) ? withScheme(given.trim()) : undefined),
};

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part.trim());
  } catch {
    return undefined;
  }
}

/** `key=value,key=value` with percent encoding (W3C Baggage, as the OpenTelemetry specification has it for its variables). */
function parsePairs(given: string): Record<string, string> | undefined {
  const pairs: Record<string, string> = {};
  for (const part of given.split(",")) {
    if (part.trim() === "") continue;
    const at = part.indexOf("=");
    const key = at > 0 ? decode(part.slice(0, at)) : undefined;
    const value = decode(part.slice(at + 1));
    if (key === undefined || key === "" || value === undefined) return undefined;
    Object.defineProperty(pairs, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return pairs;
}

function yamlPairs(value: unknown): Record<string, string> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  if (!entries.every(([, one]) => ["string", "number", "boolean"].includes(typeof one))) return undefined;
  return Object.fromEntries(entries.map(([key, one]) => [key, String(one)]));
}

const PAIRS_JSON: JsonSchema = { type: "object", additionalProperties: { type: ["string", "number", "boolean"] } };

export const pairs: Kind<Readonly<Record<string, string>>> = {
  expected: "key=value pairs separated by commas, percent-encoded where needed",
  fromText: parsePairs,
  fromYaml: yamlPairs,
  json: PAIRS_JSON,
};

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** A header that Node's HTTP client would refuse to send. */
const FORBIDDEN = /[^\t\x20-\x7e\x80-\xff]/;

function headersOf(given: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> | undefined {
  if (given === undefined) return undefined;
  const entries = Object.entries(given).map(([name, value]) => [name.toLowerCase(), value] as const);
  return entries.every(([name, value]) => HEADER_NAME.test(name) && !FORBIDDEN.test(value))
    ? Object.fromEntries(entries)
    : undefined;
}

export const headers: Kind<Readonly<Record<string, string>>> = {
  expected: "name=value pairs of HTTP headers separated by commas, percent-encoded where needed",
  fromText: (given) => headersOf(parsePairs(given)),
  fromYaml: (value) => headersOf(yamlPairs(value)),
  json: PAIRS_JSON,
  secret: true,
};

const split = (given: string): readonly string[] =>
  given
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

const LIST_JSON: JsonSchema = { type: ["array", "string"], items: { type: "string" } };

export const list: Kind<readonly string[]> = {
  expected: "names separated by commas",
  fromText: split,
  fromYaml: (value) => {
    if (typeof value === "string") return split(value);
    return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;
  },
  json: LIST_JSON,
};

const UNITS_MS = { y: 31_536_000_000, w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const DURATION = /^(?:\d+(?:ms|[ywdhms]))+$/;

/** As Prometheus writes durations: `15d`, `1h30m`, `500ms`. */
function parseDuration(given: string): number | undefined {
  const compact = given.trim();
  if (!DURATION.test(compact)) return undefined;
  let total = 0;
  for (const [, amount, unit] of compact.matchAll(/(\d+)(ms|[ywdhms])/g))
    total += Number(amount) * UNITS_MS[unit as keyof typeof UNITS_MS];
  return total > 0 && Number.isSafeInteger(total) ? total : undefined;
}

/** In milliseconds. */
export const duration: Kind<number> = {
  expected: "a duration such as 30s, 1h30m or 15d",
  fromText: parseDuration,
  fromYaml: (value) => (typeof value === "string" ? parseDuration(value) : undefined),
  json: { type: "string", pattern: DURATION.source },
};

const POWERS = { "": 0, k: 1, m: 2, g: 3, t: 4 } as const;
const SIZE = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i;

function parseSize(given: string): number | undefined {
  const [, amount, unit = ""] = SIZE.exec(given.trim()) ?? [];
  const bytes = Math.floor(Number(amount) * 1024 ** POWERS[unit.toLowerCase() as keyof typeof POWERS]);
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** In bytes. Units are powers of 1024, as in Prometheus. */
export const size: Kind<number> = {
  expected: "a size such as 512MB or 10GB",
  fromText: parseSize,
  fromYaml: viaText(parseSize),
  json: { type: ["string", "integer"], pattern: "^\\d+(\\.\\d+)?\\s*[kmgtKMGT]?([iI]?[bB])?$" },
};

const parseUrls = (given: readonly string[] | undefined): readonly string[] | undefined => {
  const urls = given?.map(parseUrl);
  return urls?.every((one) => one !== undefined) ? urls : undefined;
};

export const urls: Kind<readonly string[]> = {
  expected: "URLs that begin with http:// or https://, separated by commas",
  fromText: (given) => parseUrls(split(given)),
  fromYaml: (value) => parseUrls(list.fromYaml(value)),
  json: LIST_JSON,
};
/** URLs that let whoever knows them do something. */
export const secretUrls: Kind<readonly string[]> = {
  expected: urls.expected,
  fromText: urls.fromText,
  fromYaml: urls.fromYaml,
  json: LIST_JSON,
  secret: true,
};
export const secretText: Kind<string> = {
  expected: text.expected,
  fromText: text.fromText,
  fromYaml: text.fromYaml,
  json: { type: ["string", "number", "boolean"] },
  secret: true,
};

/** A syslog server: `udp://host:514`, `tcp://host:601`, or the path of a stream socket after `unix://`. */
function parseSyslog(given: string): string | undefined {
  const whole = given.trim();
  if (!/^(?:udp|tcp|unix):\/\/\S+$/i.test(whole) || !URL.canParse(whole)) return undefined;
  const { protocol, hostname, pathname, username, search, hash } = new URL(whole);
  if (username !== "" || search !== "" || hash !== "") return undefined;
  if (protocol === "unix:") return hostname === "" && pathname.length > 1 ? whole : undefined;
  return hostname !== "" && (pathname === "" || pathname === "/") ? whole : undefined;
}

export const syslogUrl: Kind<string> = {
  expected: "udp://host:port, tcp://host:port or unix:///path",
  fromText: parseSyslog,
  fromYaml: viaText(parseSyslog),
  json: { type: "string" },
};

/** Of a level of the logger, which share is written. */
function ratesOf(
  given: Readonly<Record<string, string>> | undefined,
  levels: readonly string[],
): Readonly<Record<string, number>> | undefined {
  const rates: Record<string, number> = {};
  for (const [level, text] of Object.entries(given ?? {})) {
    const rate = ratio.fromText(text);
    if (rate === undefined || !levels.includes(level)) return undefined;
    rates[level] = rate;
  }
  return given === undefined ? undefined : rates;
}

export const levelRates = (levels: readonly string[]): Kind<Readonly<Record<string, number>>> => ({
  expected: `level=share pairs separated by commas, of ${levels.join(", ")} and numbers from 0 to 1`,
  fromText: (given) => ratesOf(parsePairs(given), levels),
  fromYaml: (value) => ratesOf(yamlPairs(value), levels),
  json: {
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries(levels.map((level) => [level, { type: "number", minimum: 0, maximum: 1 }])),
  },
});
