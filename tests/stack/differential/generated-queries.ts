/** Queries made up by chance, the same in every run, over what `traffic.ts` sends. Some are wrong on purpose: then both sides must refuse. */
import { createRandom, type Random } from "./random.ts";

type Family = { readonly names: readonly string[]; readonly labels: Readonly<Record<string, readonly string[]>> };

const JOBS = ["research", "desk/support", "rare"];
const COUNTERS: Family = {
  names: [
    "llm_requests_total",
    "llm_tokens_total",
    "agent_requests_total",
    "agent_tool_calls_total",
    "net_io_bytes_total",
    "net_delta_bytes_total",
  ],
  labels: {
    job: JOBS,
    agent: ["planner", "writer", "triage"],
    status: ["ok", "error"],
    model: ["gpt-4o", "gpt-4o-mini"],
  },
};
const GAUGES: Family = {
  names: [
    "process_memory_usage_bytes",
    "cache_hit_ratio",
    "queue_length",
    "speed_meters_per_second",
    "gone_sometimes",
    "target_info",
  ],
  labels: { job: JOBS, service_version: ["1.4.0", "2"], deployment_environment_name: ["production", "staging"] },
};
const HISTOGRAMS: Family = {
  names: [
    "llm_request_duration_seconds",
    "agent_request_duration_seconds",
    "agent_tool_duration_seconds",
    "http_server_latency_milliseconds",
  ],
  labels: { job: JOBS, agent: ["planner", "triage"], status: ["ok", "error"] },
};

/** Those that measure: no two sums of them are equal (but for 0), so that who is on top is no matter of chance. */
const DURATIONS: Family = { ...HISTOGRAMS, names: HISTOGRAMS.names.filter((name) => name.endsWith("_seconds")) };

const RANGES = ["30s", "1m", "90s", "5m", "17m", "1h"];
const GROUPINGS = ["", "job", "job, agent", "agent", "model", "instance", "status, job"];
const AGGREGATIONS = ["sum", "avg", "min", "max", "count", "stddev", "stdvar", "group"];
const OVER_TIME = ["avg", "sum", "min", "max", "count", "last", "present", "stddev", "stdvar"];
const ON_COUNTERS = ["rate", "increase", "irate", "resets", "changes", "delta", "idelta"];
const ON_GAUGES = ["delta", "deriv", "idelta", "changes"];
const ON_VALUES = [
  "abs",
  "ceil",
  "floor",
  "sqrt",
  "exp",
  "ln",
  "log2",
  "log10",
  "sgn",
  "-",
  "round",
  "sin",
  "cos",
  "tanh",
  "deg",
  "rad",
];
const ARITHMETIC = ["+", "-", "*", "/", "%", "^", "atan2"];
const COMPARISONS = ["==", "!=", ">", "<", ">=", "<="];
const SETS = ["and", "or", "unless"];

function selector(random: Random, { names, labels }: Family, suffix = ""): string {
  const matchers = Object.entries(labels)
    .filter(() => random.chance(0.25))
    .map(([label, values]) => {
      const operator = random.pick(["=", "!=", "=~", "!~"]);
      const regex = operator.includes("~");
      const value = regex ? random.pick([values.join("|"), `${values[0]}.*`, ".+", ""]) : random.pick([...values, ""]);
      return `${label}${operator}"${value}"`;
    });
  return `${random.pick(names)}${suffix}${matchers.length > 0 || random.chance(0.2) ? `{${matchers.join(", ")}}` : ""}`;
}

function moved(random: Random): string {
  if (random.chance(0.8)) return "";
  return random.pick([" offset 5m", " offset 1h", " @ end()", " @ start()", " offset -2m"]);
}

const grouping = (random: Random): string => {
  const labels = random.pick(GROUPINGS);
  return labels === "" ? "" : ` ${random.pick(["by", "by", "without"])} (${labels})`;
};

function overRange(random: Random): string {
  const range = random.pick(RANGES);
  switch (random.below(4)) {
    case 0:
      return `${random.pick(ON_COUNTERS)}(${selector(random, COUNTERS)}[${range}]${moved(random)})`;
    case 1:
      return `${random.pick(ON_GAUGES)}(${selector(random, GAUGES)}[${range}]${moved(random)})`;
    case 2:
      return `${random.pick(OVER_TIME)}_over_time(${selector(random, random.pick([COUNTERS, GAUGES]))}[${range}]${moved(random)})`;
    default:
      return random.pick([
        `quantile_over_time(${random.pick(["0.5", "0.95", "1", "-1"])}, ${selector(random, GAUGES)}[${range}])`,
        `predict_linear(${selector(random, GAUGES)}[${range}], 600)`,
        `absent_over_time(${selector(random, GAUGES)}[${range}])`,
        `histogram_quantile(${random.pick(["0.5", "0.9", "0.99"])}, sum by (le, job) (rate(${selector(random, HISTOGRAMS, "_bucket")}[${range}])))`,
        `histogram_quantile(0.95, rate(${selector(random, HISTOGRAMS, "_bucket")}[${range}]))`,
        `histogram_fraction(0, ${random.pick(["0.3", "2", "Inf"])}, sum by (le, agent) (rate(${selector(random, HISTOGRAMS, "_bucket")}[${range}])))`,
      ]);
  }
}

function vector(random: Random, depth: number): string {
  if (depth <= 0) {
    return random.chance(0.5)
      ? overRange(random)
      : `${selector(random, random.pick([COUNTERS, GAUGES]))}${moved(random)}`;
  }
  const inner = (): string => vector(random, depth - 1);
  switch (random.below(11)) {
    case 0:
    case 1:
      return `${random.pick(AGGREGATIONS)}${grouping(random)} (${inner()})`;
    case 2:
      return `${random.pick(ON_VALUES)}(${inner()})`;
    case 3:
      return `(${inner()}) ${random.pick(ARITHMETIC)} ${random.pick(["2", "0.5", "-3", "1e3", "Inf"])}`;
    case 4:
      return `(${inner()}) ${random.pick(COMPARISONS)}${random.pick(["", " bool"])} ${random.pick(["0", "1", "100"])}`;
    case 5:
      return `sum by (job) (${inner()}) ${random.pick(ARITHMETIC)} on (job) sum by (job) (${inner()})`;
    case 6:
      return `sum by (job, agent) (${inner()}) / on (job) group_left sum by (job) (${inner()})`;
    case 7:
      return `(${inner()}) ${random.pick(SETS)}${random.pick(["", " on (job)", " ignoring (status)"])} (${inner()})`;
    case 8:
      return random.pick([
        `label_replace(${inner()}, "team", "$1", "job", "(?:.*/)?(.*)")`,
        `label_join(${inner()}, "all", "-", "job", "agent")`,
        `clamp_max(${inner()}, 10)`,
        `clamp(${inner()}, 0, 5)`,
        `absent(${inner()})`,
        `timestamp(${selector(random, GAUGES)})`,
        `${random.pick(["minute", "hour", "day_of_week", "days_in_month", "day_of_year"])}(timestamp(${selector(random, GAUGES)}))`,
        `(${inner()}) * on (job) group_right (agent) sum by (job) (${inner()})`,
        `sum by (job, instance) (${inner()}) * on (job, instance) group_left (service_version) target_info`,
        `scalar(${inner()}) + vector(1)`,
        `quantile${grouping(random)} (0.9, ${inner()})`,
        `count_values("value", ceil(${inner()}))`,
      ]);
    case 9:
      return `${random.pick(OVER_TIME)}_over_time((${inner()})[${random.pick(["10m:1m", "5m:30s", "7m:", "20m:2m"])}]${moved(random)})`;
    default:
      return `${random.pick(["topk", "bottomk"])}(2, sum by (job, agent) (rate(${selector(random, DURATIONS, "_sum")}[${random.pick(RANGES)}])) > 0)`;
  }
}

const WRONG = [
  "rate(llm_requests_total)",
  "sum(llm_requests_total[5m])",
  "llm_requests_total + on (job) agent_requests_total",
  "histogram_quantile(llm_requests_total, 1)",
  'label_replace(queue_length, "a b c\\xff", "$1", "job", "(.*)")',
  "{}",
  "queue_length[5m] offset",
  "1 and 1",
];

/** No two of their values are equal, so that the order is that of the values. */
export const SORTED_PROMQL = ["sort", "sort_desc"].map(
  (sort) => `${sort}(sum by (job, agent, tool) (agent_tool_duration_seconds_sum) > 0)`,
);

export function generatePromql(count: number, seed = 11): string[] {
  const random = createRandom(seed);
  const queries = new Set<string>(WRONG);
  while (queries.size < count) queries.add(vector(random, random.below(4)));
  return [...queries];
}

const STREAMS = [
  '{service_name="research"}',
  '{service_name=~"research|support"}',
  '{service_namespace="desk"}',
  '{service_name!="rare"}',
];
const STAGES = [
  '|= "error"',
  '!= "ok"',
  '|~ "time.*out|retry"',
  "| json",
  "| logfmt",
  "| json | ms > 300",
  '| json | nested_ok="false"',
  "| logfmt | took > 200ms",
  '| logfmt | size >= 10KB and host="h1"',
  '| pattern "<_> [<span>] status=<status>" | status >= 400',
  '| regexp "status=(?P<code>\\\\d+)" | code != ""',
  '| detected_level="error"',
  '| severity_text="WARN"',
  "| attempt = 2",
  '| line_format "{{.detected_level}}: {{.severity_text}}"',
  "| label_format lvl=detected_level | keep lvl, service_name",
  "| drop attempt, code_function",
];
const UNWRAPPED = [
  ["| json | unwrap ms", ["sum", "avg", "max", "min", "stddev", "stdvar", "first", "last"]],
  ["| logfmt | unwrap duration(took)", ["sum", "avg", "max"]],
  ["| logfmt | unwrap bytes(size)", ["sum", "max"]],
] as const;

/** Without avg, for which Loki also counts the lines that have nothing to unwrap (docs/differential.md). */
const GROUPED = ["max", "min", "stddev", "stdvar", "first", "last"];

const linesOf = (random: Random): string =>
  [random.pick(STREAMS), ...Array.from({ length: random.below(3) }, () => random.pick(STAGES))].join(" ");

function unwrapped(random: Random, range: string): string {
  const [unwrap, functions] = random.pick(UNWRAPPED);
  const lines = `${random.pick(STREAMS)} ${unwrap} | __error__="" [${range}]`;
  return random.pick([
    `sum by (service_name) (${random.pick(functions)}_over_time(${lines}))`,
    `${random.pick(GROUPED)}_over_time(${lines}) by (service_name, detected_level)`,
    `quantile_over_time(${random.pick(["0.5", "0.99"])}, ${lines}) by (service_name)`,
  ]);
}

/** Two numbers of each service, put together. */
function combined(random: Random, range: string): string {
  const number = (): string => `sum by (service_name) (count_over_time(${linesOf(random)} [${range}]))`;
  return random.pick([
    `${number()} / ${number()}`,
    `${number()} ${random.pick([">", "<=", "== bool"])} ${random.pick(["5", "20"])}`,
    `${number()} ${random.pick(["and", "or", "unless"])} ${number()}`,
    `${number()} or vector(0)`,
    `label_replace(${number()}, "team", "$1", "service_name", "(.).*")`,
    `${random.pick(["topk", "bottomk"])}(2, sum by (service_name) (bytes_over_time(${random.pick(STREAMS)} [${range}])))`,
    `sum(count_over_time(${random.pick(STREAMS)} [${range}] offset ${random.pick(["5m", "1h"])}))`,
    `absent_over_time({service_name="${random.pick(["research", "nobody"])}"} |= "timeout" [${range}])`,
  ]);
}

export function generateLogql(count: number, seed = 13): string[] {
  const random = createRandom(seed);
  const queries = new Set<string>();
  while (queries.size < count) {
    const range = random.pick(["1m", "5m", "30m"]);
    const by = random.pick(["", "service_name", "detected_level", "service_name, severity_text"]);
    const aggregated = (inner: string): string =>
      by === "" || random.chance(0.2)
        ? inner
        : `${random.pick(["sum", "max", "min", "avg", "count"])} by (${by}) (${inner})`;
    switch (random.below(5)) {
      case 0:
        queries.add(linesOf(random));
        break;
      case 1:
      case 2: {
        const counted = random.pick(["count_over_time", "rate", "bytes_over_time", "bytes_rate"]);
        queries.add(aggregated(`${counted}(${linesOf(random)} [${range}])`));
        break;
      }
      case 3:
        queries.add(combined(random, range));
        break;
      default:
        queries.add(unwrapped(random, range));
    }
  }
  return [...queries];
}

const JSON_LINES = '{service_name=~"research|support"} | json | __error__=""';

/** Each line is a series of its own behind the parser: whether that is too many depends on what Loki's frontend asks its queriers for. */
export const LIMITED_LOGQL: readonly string[] = [
  `topk(3, count_over_time(${JSON_LINES} [1h]))`,
  `count(count_over_time(${JSON_LINES} [1h]))`,
  `count(count_over_time(${JSON_LINES} | drop other [1h]))`,
  `max(count_over_time(${JSON_LINES} [1h])) / sum(count_over_time(${JSON_LINES} [1h]))`,
  `sum(label_replace(count_over_time(${JSON_LINES} [1h]), "a", "$1", "service_name", "(.*)"))`,
  `stddev(rate(${JSON_LINES} [1h]))`,
  `sum(max by (span_id) (rate(${JSON_LINES} [1h])))`,
  `sum(count_over_time(${JSON_LINES} [1h]) > 0)`,
  `sum(count_over_time(${JSON_LINES} [1h]) * 2)`,
  `avg(count_over_time(${JSON_LINES} [1h]))`,
  `max(count_over_time(${JSON_LINES} | drop other [1m]))`,
  `max(max_over_time(${JSON_LINES} | unwrap ms [10m]))`,
  `sum by (span_id) (count_over_time(${JSON_LINES} [1m])) > 5`,
];
