import { formatBytes, formatCount, formatRatio, formatSeconds } from "../../format/quantity.ts";
import type { Check, Library, Loss, LossKind, ProcessFacts } from "./facts.ts";

/** Something that is not well: what it is, what it means, and what to do about it. */
export type Finding = {
  readonly key: string;
  readonly tone: "bad" | "warn" | "info";
  readonly title: string;
  readonly advice: string;
  readonly command?: string;
  readonly link?: { readonly title: string; readonly to: string; readonly params?: Readonly<Record<string, string>> };
};

export const LOSS_WORDS: Readonly<Record<LossKind, readonly [title: string, advice: string]>> = {
  dropped: [
    "items of telemetry given up by programs",
    "queue_full: the program makes more than it can send; raise OTEL_BSP_MAX_QUEUE_SIZE or sample. rejected: the receiver refused it. exit: the process ended before all was sent; let it end by itself, or call shutdown().",
  ],
  rejected: [
    "items refused by the store",
    "The sender's items were not valid, too old, or beyond the series limit (maxSeriesPerDay).",
  ],
  refused: [
    "OTLP requests refused",
    "401 or 403: token or host. 413: larger than maxRequestSize. 429 or 503: more than can be stored now.",
  ],
  failed: [
    "attempts to send that failed",
    "Where does OTEL_EXPORTER_OTLP_ENDPOINT lead? Batches are tried again, so nothing is lost yet where nothing was dropped.",
  ],
  folded: [
    "label values folded into “other”",
    "A label has more values than its limit: an id is used as a name, which belongs into a span attribute, or the values are wanted and the limit is too low.",
  ],
  left_out: [
    "log lines left out by sampling",
    "That is what LOG_SAMPLE_RATES and LOG_SAMPLE_BURST ask for; raise them where lines are missed.",
  ],
};

function checkFindings(checks: readonly Check[]): Finding[] {
  return checks
    .filter(({ state }) => state !== "healthy")
    .map(({ job, check, state }) => ({
      key: `check ${job} ${check}`,
      tone: state === "unhealthy" ? "bad" : "warn",
      title: `Health check ${check} of ${job} is ${state}`,
      advice: "What it checks does not answer as it should. The log lines of the check say with which error.",
      link: {
        title: "Its log lines",
        to: "/logs",
        params: { query: `{service_name=${JSON.stringify(job)}} |= ${JSON.stringify(check)}` },
      },
    }));
}

function libraryFindings(libraries: readonly Library[]): Finding[] {
  return libraries.flatMap(({ job, library, version, status }): Finding[] => {
    const key = `library ${job} ${library} ${version}`;
    if (status === "loaded_before")
      return [
        {
          key,
          tone: "bad",
          title: `${library} ${version} was loaded by ${job} before the instrumentation`,
          advice: "It is not observed. Put the preload first:",
          command: "node --require agent-observatory/register app.js",
        },
      ];
    if (status === "unsupported_version")
      return [
        {
          key,
          tone: "warn",
          title: `${library} ${version} of ${job} is a version that nobody knows here`,
          advice: "Agents and tools of it are not seen; calls to models are, on the wire. Which versions are known:",
          command: "npx agent-observatory doctor",
        },
      ];
    return [];
  });
}

const HEAP_LIMIT = 0.9;
const DELAY_LIMIT_S = 0.5;

function processFindings(processes: readonly ProcessFacts[]): Finding[] {
  return processes.flatMap(({ job, instance, state, heapRatio, delayS, memoryBytes }): Finding[] => {
    const name = `${job} (${instance.slice(0, 8)})`;
    const key = `${job} ${instance}`;
    const link = { title: "System dashboard", to: "/d/ao-system", params: { "var-job": job } };
    const found: Finding[] = [];
    if (state === "lost")
      found.push({
        key: `lost ${key}`,
        tone: "bad",
        title: `Nothing is heard of ${name} any more`,
        advice: "It did not say that it ends: it was killed, crashed, hangs, or cannot send. What it logged last:",
        link: { title: "Its log lines", to: "/logs", params: { query: `{service_name=${JSON.stringify(job)}}` } },
      });
    if (state === "running" && heapRatio !== undefined && heapRatio > HEAP_LIMIT)
      found.push({
        key: `heap ${key}`,
        tone: "bad",
        title: `The heap of ${name} is ${formatRatio(heapRatio)} full`,
        advice: `It will end with "out of memory"${memoryBytes === undefined ? "" : ` (${formatBytes(memoryBytes)} in use)`}. Look for what it keeps, or raise --max-old-space-size.`,
        link,
      });
    if (state === "running" && delayS !== undefined && delayS > DELAY_LIMIT_S)
      found.push({
        key: `delay ${key}`,
        tone: "warn",
        title: `The event loop of ${name} was blocked for ${formatSeconds(delayS)}`,
        advice: "Something computes or reads synchronously; requests wait meanwhile, and timeouts come too early.",
        link,
      });
    return found;
  });
}

function lossFindings(losses: readonly Loss[]): Finding[] {
  const kinds = Map.groupBy(
    losses.filter(({ kind }) => kind !== "left_out"),
    ({ kind }) => kind,
  );
  return [...kinds].map(([kind, all]) => {
    const [title, advice] = LOSS_WORDS[kind];
    const count = all.reduce((sum, one) => sum + one.count, 0);
    const jobs = [...new Set(all.map(({ job }) => job))].filter((job) => job !== "");
    return {
      key: `loss ${kind}`,
      tone: kind === "dropped" || kind === "rejected" ? "bad" : "warn",
      title: `${formatCount(count)} ${title}${jobs.length === 0 ? "" : `: ${jobs.join(", ")}`}`,
      advice,
    };
  });
}

const FAULTS: Readonly<Record<string, readonly [tone: "bad" | "warn", title: string, advice: string]>> = {
  store: [
    "bad",
    "What arrives cannot be stored",
    "Is the disk full? Free some, or lower retention.maxSize. Senders try again meanwhile.",
  ],
  rules: [
    "bad",
    "Rules could not be evaluated",
    "The rules below say why; a mistake in a rule file, or a query that takes too long.",
  ],
  notifications: [
    "bad",
    "Nobody was told of some alerts",
    "The receivers named in rules.webhooks or rules.alertmanagers did not take them.",
  ],
  ingest: [
    "warn",
    "The thread that stores was replaced",
    "It ran out of memory over one request. What was acknowledged is kept.",
  ],
  threads: [
    "warn",
    "Query threads were ended",
    "Queries took too long or too much memory. Ask for less, or raise query.memory and query.timeout.",
  ],
};

function faultFindings(faults: Readonly<Record<string, number>>): Finding[] {
  return Object.entries(FAULTS).flatMap(([name, [tone, title, advice]]): Finding[] => {
    const count = faults[name] ?? 0;
    if (!(count > 0)) return [];
    const link = name === "rules" ? { link: { title: "Rules", to: "/alerts", params: { show: "rules" } } } : {};
    return [
      {
        key: `fault ${name}`,
        tone,
        title: name === "store" ? title : `${title} (${formatCount(Math.ceil(count))})`,
        advice,
        ...link,
      },
    ];
  });
}

export type HealthFacts = {
  readonly checks: readonly Check[];
  readonly libraries: readonly Library[];
  readonly processes: readonly ProcessFacts[];
  readonly losses: readonly Loss[];
  readonly faults: Readonly<Record<string, number>>;
};

/** Everything that is not well, the worst first. */
export const findingsOf = ({ checks, libraries, processes, losses, faults }: HealthFacts): readonly Finding[] =>
  [
    ...faultFindings(faults),
    ...checkFindings(checks),
    ...processFindings(processes),
    ...lossFindings(losses),
    ...libraryFindings(libraries),
  ].sort((a, b) => Number(a.tone !== "bad") - Number(b.tone !== "bad"));
