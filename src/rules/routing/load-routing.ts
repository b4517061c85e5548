import { readFileSync } from "node:fs";
import { ObservatoryError } from "../../base/index.ts";
import { writeProblem } from "../definition.ts";
import type { Routing } from "./routing.ts";
import { readRouting, SECRETS } from "./routing-file.ts";
import { renderRouting } from "./routing-template.ts";

export type RoutingOptions = {
  /** `alertmanager/alertmanager.yml`, or a file with the same parts. */
  readonly file: string;
  /** A pattern; "" where every environment pages. */
  readonly noPageEnvironments: string;
};

/** Who is told of which alerts. Throws `ObservatoryError` where the file cannot be used. */
export function loadRouting({ file, noPageEnvironments }: RoutingOptions): Routing {
  const on = new Set(["webhook_url", "watchdog_url", ...(noPageEnvironments === "" ? [] : ["no_page_environments"])]);
  const settings = { SECRETS, ALERT_NO_PAGE_ENVIRONMENTS: noPageEnvironments, RENDERED: "" };
  const fail = (received: string): never => {
    throw new ObservatoryError("AO_RULES_FILE", {
      expected:
        "a file that routes alerts, as Alertmanager takes it: route, inhibit_rules, receivers with webhook_configs",
      received,
    });
  };
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    fail(`${file}: ${(error as NodeJS.ErrnoException).code ?? "nothing that can be read"}`);
  }
  const { routing, problems } = readRouting(file, renderRouting(text, on, settings));
  if (problems.length > 0) fail(`\n  ${problems.map(writeProblem).join("\n  ")}\n`);
  return routing;
}
