import { listen } from "./listen.ts";

export type StatusPageDouble = {
  readonly url: string;
  /** The next so many requests for a component are answered by 503. */
  readonly failNext: (times: number, component: string) => void;
  readonly close: () => Promise<void>;
};

/** The status page of another company, which is not there at times. */
export async function startStatusPage(): Promise<StatusPageDouble> {
  const failures = new Map<string, number>();
  const server = await listen((request, response) => {
    const component = decodeURIComponent((request.url ?? "").split("/").at(-1) ?? "");
    const left = failures.get(component) ?? 0;
    if (left > 0) failures.set(component, left - 1);
    const [status, body] = left > 0 ? [503, { error: "try again later" }] : [200, { component, status: "operational" }];
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  return { ...server, failNext: (times, component) => failures.set(component, times) };
}
