/** Alerts that are posted, and an Alertmanager's secrets and settings that send them to doubles. */
import { makeCertificate } from "./certificate.ts";
import type { HttpDouble } from "./http-double.ts";
import type { PostedAlert } from "./running.ts";
import type { SmtpDouble } from "./smtp-double.ts";

export type Webhook = {
  readonly receiver: string;
  readonly status: string;
  readonly truncatedAlerts: number;
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly { readonly status: string; readonly labels: Readonly<Record<string, string>> }[];
};
export const SLACK = "/services/T0/B0/slack-c0ffee02";
export const PAGERDUTY = "/v2/enqueue";
export const WATCHDOG = "/ping/watchdog-c0ffee05";
export const WEBHOOK = "/webhook-c0ffee01";

export const RUNBOOKS = "http://prometheus.example/user/runbooks";
export const fires = (
  alertname: string,
  severity: string,
  labels: Readonly<Record<string, string>> = {},
): PostedAlert => ({
  labels: { alertname, severity, deployment_environment_name: "production", job: "shop", ...labels },
  annotations: {
    summary: `${alertname} in short`,
    description: `${alertname} of ${labels["agent"] ?? labels["model"] ?? "shop"}, at length`,
    runbook_url: `${RUNBOOKS}/${alertname}.md`,
    dashboard_url: "/d/ao-overview?var-job=shop",
  },
  generatorURL: "http://prometheus.example/graph?g0.expr=up&g0.tab=1",
  // An alert that is older than group_wait is told of at once, before its like are there and before the inhibitor saw who mutes it.
  startsAt: new Date().toISOString(),
});
export const ends = (alert: PostedAlert): PostedAlert => ({ ...alert, endsAt: new Date().toISOString() });
export const isAbout =
  (alertname: string, status = "firing") =>
  (body: string): boolean =>
    body.includes(alertname) && body.includes(`"status":"${status}"`);

/** Of the mail server; undefined where there is no openssl to make one with. */
export const certificate = makeCertificate();
export const login = certificate === undefined ? {} : { SMTP_USERNAME: "am" };

export function secretsFor(http: HttpDouble): Record<string, string> {
  return {
    webhook_url: `${http.url}${WEBHOOK}\n`,
    slack_webhook_url: `${http.url}${SLACK}`,
    pagerduty_routing_key: "pagerduty-c0ffee03\n",
    watchdog_url: `${http.url}${WATCHDOG}`,
    smtp_password: "smtp-c0ffee04\n",
    ...(certificate !== undefined && { smtp_ca: certificate.cert }),
  };
}
export const settingsFor = (http: HttpDouble, smtp: SmtpDouble): Record<string, string> => ({
  ALERT_EMAIL_TO: "Anna <anna@shop.example>, ben@shop.example",
  SMTP_FROM: "alerts@shop.example",
  SMTP_HOST: smtp.host,
  SMTP_PORT: smtp.port,
  SMTP_TLS: certificate === undefined ? "none" : "starttls",
  ...login,
  PAGERDUTY_URL: `${http.url}${PAGERDUTY}`,
  GRAFANA_ROOT_URL: "http://grafana.example",
  ALERTMANAGER_URL: "http://alerts.example:9093",
});
