import { readdir, readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { extname, join } from "node:path";
import { isRunbookPath } from "./runbooks.ts";
import type { Sent } from "./send.ts";
import { packageFolder } from "./thread-file.ts";

/** The web page: files that `npm run build` makes of ui/, and the dashboards that it draws. Nothing here is secret: it asks the APIs for the rest. */

const PAGE_FOLDER = (): string => join(packageFolder(), "dist", "ui");
const DASHBOARDS_FOLDER = (): string => join(packageFolder(), "grafana", "dashboards");

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

/**
 * Content of programs is shown, and none of it may run, load anything, or be shown inside another page. Styles are files too; those of
 * single elements are set by scripts, which the policy has nothing against.
 */
export const SAFETY: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
};

/** A name of one file: nothing leads out of the folder. */
const FILE = /^\/(?:assets\/)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+$/;
/** Never part of the page, whoever asks how. */
const GUARDED = /^\/(?:api|loki|ui|-|metrics|ready)(?:\/|$)/;
const DASHBOARD = /^\/dashboards\/([A-Za-z0-9_-]+)\.json$/;

async function file(path: string, type: string, cached: boolean): Promise<Sent | undefined> {
  const body = await readFile(path).catch(() => undefined);
  if (body === undefined) return undefined;
  return {
    status: 200,
    // Names of assets change with their content.
    headers: {
      ...SAFETY,
      "content-type": type,
      "cache-control": cached ? "public, max-age=31536000, immutable" : "no-cache",
    },
    body,
  };
}

async function listDashboards(): Promise<Sent> {
  const names = (await readdir(DASHBOARDS_FOLDER())).filter((name) => name.endsWith(".json")).sort();
  const boards = await Promise.all(
    names.map(async (name) => {
      const { uid, title, description } = JSON.parse(await readFile(join(DASHBOARDS_FOLDER(), name), "utf8")) as Record<
        string,
        string
      >;
      return { uid, title, description };
    }),
  );
  return {
    status: 200,
    headers: { ...SAFETY, "content-type": "application/json", "cache-control": "no-cache" },
    body: JSON.stringify(boards),
  };
}

/** Whether a browser asks for something to show: a view of the page, which has no file of its own. */
export const wantsPage = ({ method, headers }: IncomingMessage): boolean =>
  (method === "GET" || method === "HEAD") && headers.accept?.includes("text/html") === true;

const isPageFile = (path: string): boolean => FILE.test(path) && TYPES[extname(path)] !== undefined;

/**
 * Whether anybody may have it: without its files there is no page that could ask for a token, and they are the same in every copy of this
 * package. So are dashboards and runbooks, which alerts link to. What was stored is behind the APIs.
 */
export function asksForOpenFile(message: IncomingMessage, path: string): boolean {
  const { method } = message;
  if (method !== "GET" && method !== "HEAD") return false;
  if (isPageFile(path) || DASHBOARD.test(path) || isRunbookPath(path)) return true;
  return wantsPage(message) && !GUARDED.test(path);
}

const TRACE_VIEW = /^\/trace\/([0-9a-f]{32})$/;

/** What a browser asks for while the page itself is still on its way: an answer about a large trace takes as long as the page to start. */
function askedAhead(path: string): Readonly<Record<string, string>> {
  const [, traceId] = TRACE_VIEW.exec(path) ?? [];
  return traceId === undefined
    ? {}
    : { link: `</api/traces?traceID=${traceId}>; rel=preload; as=fetch; crossorigin=anonymous` };
}

export type PageAsked = {
  /** By a browser, to show it: every path without a file of its own is a view then. */
  readonly isWanted: boolean;
  /** Whether who asks may ask the APIs too; where a token is needed, a browser has none to ask ahead with. */
  readonly mayAsk: boolean;
};

/** What of the page is at a path: undefined where nothing is. */
export async function readPage(path: string, { isWanted, mayAsk }: PageAsked): Promise<Sent | undefined> {
  if (path === "/dashboards/index.json") return listDashboards();
  const [, uid] = DASHBOARD.exec(path) ?? [];
  if (uid !== undefined) return file(join(DASHBOARDS_FOLDER(), `${uid}.json`), "application/json", false);
  const type = TYPES[extname(path)];
  const found =
    FILE.test(path) && type !== undefined
      ? await file(join(PAGE_FOLDER(), ...path.split("/")), type, path.startsWith("/assets/"))
      : undefined;
  if (found !== undefined || !isWanted) return found;
  const page = await file(join(PAGE_FOLDER(), "index.html"), TYPES[".html"] as string, false);
  return page === undefined || !mayAsk ? page : { ...page, headers: { ...page.headers, ...askedAhead(path) } };
}
