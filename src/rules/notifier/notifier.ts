import type { Clock, ObservatoryError } from "../../base/index.ts";
import type { Labels } from "../../signals/index.ts";
import type { Alert } from "../engine/alert.ts";
import { overlay } from "../engine/samples.ts";
import { createInhibitor } from "../routing/inhibitor.ts";
import { type Channel, plainRouting, type Routing } from "../routing/routing.ts";
import { createAlertmanager } from "./alertmanager.ts";
import { createPoster, type Poster } from "./poster.ts";
import type { Receiver, ReceiverStats } from "./receiver.ts";
import { createWebhook } from "./webhook.ts";

export type NotifierOptions = {
  /** Their base URLs; `/api/v2/alerts` is appended. A name and password in the URL are sent as HTTP Basic authentication. */
  readonly alertmanagers: readonly string[];
  /** Whole URLs. */
  readonly webhooks: readonly string[];
  /** Whole URLs of what raises the alarm when it is not told any more. */
  readonly watchdogs?: readonly string[];
  /** Who is told of what, when, and what mutes it; everything at once to `webhooks` where it is not given. Not for Alertmanagers, which have theirs. */
  readonly routing?: Routing;
  /** So long after its start it tells webhooks of nothing: it does not know yet what mutes what. */
  readonly startDelayMs?: number;
  readonly externalUrl: string;
  /** Added to alerts that do not have them. */
  readonly externalLabels?: Labels;
  /** Whether webhooks are not told of an alert with these labels now. Alertmanagers have silences of their own. */
  readonly isSilenced?: (labels: Labels) => boolean;
  readonly clock: Clock;
  readonly onFault: (error: ObservatoryError) => void;
  readonly timeoutMs?: number;
  readonly retryDelaysMs?: readonly number[];
  readonly queueCapacity?: number;
  readonly maxBatchSize?: number;
  readonly repeatIntervalMs?: number;
};

export type Notifier = {
  /** Returns at once; delivery goes on by itself. */
  readonly notify: (alerts: readonly Alert[]) => void;
  /** Looks for alerts that are over or due. Happens by itself every second. */
  readonly tick: () => void;
  /** Silences have changed: what is silent no more is told at once. */
  readonly silencesChanged: () => void;
  /** Fingerprints of the alerts that mute one with these labels. */
  readonly inhibiting: (labels: Labels) => readonly string[];
  /** Once everything is delivered or given up. */
  readonly idle: () => Promise<void>;
  /** Delivers what is left within a time, then ends. */
  readonly close: (withinMs?: number) => Promise<void>;
  readonly stats: () => readonly ReceiverStats[];
};

const TIMEOUT_MS = 10_000;
const RETRY_DELAYS_MS = [1_000, 5_000];
const QUEUE_CAPACITY = 10_000;
const MAX_BATCH_SIZE = 256;
const REPEAT_INTERVAL_MS = 4 * 3_600_000;
const TICK_MS = 1000;
const CLOSE_WITHIN_MS = 5_000;

function alertsUrl(base: string): string {
  if (!URL.canParse(base)) return base;
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/api/v2/alerts`;
  return url.href;
}

/** Rules name a board by its path, which is the same in Grafana and here; who reads a message needs to know where. */
function withWholeLinks(annotations: Labels, externalUrl: string): Labels {
  const { dashboard_url: path } = annotations;
  if (path?.startsWith("/") !== true || path.startsWith("//")) return annotations;
  return { ...annotations, dashboard_url: `${externalUrl.replace(/\/+$/, "")}${path}` };
}

/** Tells Alertmanagers and webhooks of alerts. Throws `ObservatoryError` where a URL cannot be used. */
export function createNotifier(options: NotifierOptions): Notifier {
  const { clock, onFault, externalUrl, externalLabels = {} } = options;
  const queueCapacity = options.queueCapacity ?? QUEUE_CAPACITY;
  const poster = (url: string, what: string): Poster =>
    createPoster({
      url,
      what,
      onFault,
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      retryDelaysMs: options.retryDelaysMs ?? RETRY_DELAYS_MS,
    });
  const routing = options.routing ?? plainRouting(options.repeatIntervalMs ?? REPEAT_INTERVAL_MS);
  const inhibitor = createInhibitor({ rules: routing.inhibitRules, clock, capacity: queueCapacity });
  const urlsOf = (to: Channel["to"]): readonly string[] => {
    if (to === "webhooks") return options.webhooks;
    return to === "watchdog" ? (options.watchdogs ?? []) : [to.url];
  };
  const channels = [...routing.receivers.values()].flat();
  const urls = new Set(channels.flatMap(({ to }) => urlsOf(to)));
  const receivers: readonly Receiver[] = [
    ...options.alertmanagers.map((url) =>
      createAlertmanager({
        poster: poster(alertsUrl(url), "Alertmanager"),
        queueCapacity,
        maxBatchSize: options.maxBatchSize ?? MAX_BATCH_SIZE,
      }),
    ),
    ...[...urls].map((url) =>
      createWebhook({
        poster: poster(url, "webhook"),
        clock,
        externalUrl,
        route: routing.route,
        channelOf: (receiver) => routing.receivers.get(receiver)?.find(({ to }) => urlsOf(to).includes(url)),
        tellsFromMs: clock.nowMs() + (options.startDelayMs ?? 0),
        isMuted: (labels) => options.isSilenced?.(labels) === true || inhibitor.inhibiting(labels).length > 0,
        capacity: queueCapacity,
      }),
    ),
  ];
  const tick = (): void => {
    for (const receiver of receivers) receiver.tick();
  };
  const ticking = setInterval(tick, TICK_MS);
  ticking.unref();
  const idle = async (): Promise<void> => {
    await Promise.all(receivers.map((receiver) => receiver.idle()));
  };

  return {
    notify: (alerts) => {
      const labeled = alerts.map((alert) => ({
        ...alert,
        labels: overlay(externalLabels, alert.labels),
        annotations: withWholeLinks(alert.annotations, externalUrl),
      }));
      inhibitor.take(labeled);
      for (const receiver of receivers) receiver.take(labeled);
    },
    tick,
    silencesChanged: () => {
      for (const receiver of receivers) receiver.unmuted();
    },
    inhibiting: (labels) => inhibitor.inhibiting(overlay(externalLabels, labels)),
    idle,
    close: async (withinMs = CLOSE_WITHIN_MS) => {
      clearInterval(ticking);
      const deadline = setTimeout(() => {
        for (const receiver of receivers) receiver.abort();
      }, withinMs);
      await idle();
      clearTimeout(deadline);
    },
    stats: () => receivers.map((receiver) => receiver.stats()),
  };
}
