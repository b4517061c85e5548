import { recordRecovery, retry, trackError } from "agent-observatory";
import { log } from "../log.ts";

export type ServiceStatus = { readonly component: string; readonly status: string; readonly isStale: boolean };
export type StatusPage = (component: string) => Promise<ServiceStatus>;

/**
 * Asks the status page, which is not always there: first again, then what it said last. Both are recoveries; the first is told by `retry` itself,
 * the second here.
 */
export function createStatusPage(url: string): StatusPage {
  const last = new Map<string, string>();

  async function ask(component: string): Promise<string> {
    const response = await fetch(`${url}/components/${encodeURIComponent(component)}`);
    if (!response.ok) {
      // With the status on it, `retry` knows what is worth another try.
      throw Object.assign(new Error("the status page is not available"), { status: response.status });
    }
    return ((await response.json()) as { status: string }).status;
  }

  return async (component) => {
    try {
      const status = await retry({ name: "status-page", attempts: 3, minDelayMs: 20 }, () => ask(component));
      last.set(component, status);
      return { component, status, isStale: false };
    } catch (error) {
      const status = last.get(component);
      recordRecovery({ strategy: "last_known_status", succeeded: status !== undefined });
      if (status === undefined) throw error;
      // The customer gets an answer, so nothing fails; that the page is away is to be known all the same.
      trackError(error, { severity: "warning", context: { component } });
      log.warn("status page away, telling the last status", { component });
      return { component, status, isStale: true };
    }
  };
}
