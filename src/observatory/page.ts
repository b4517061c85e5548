import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
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
const SAFETY: Readonly<Record<string, string>> = {
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

/** Paths that anybody may ask for: without them there is no page that could ask for a token. */
export const isPagePath = (path: string): boolean => path === "/" || FILE.test(path) || !path.includes(".");

/** What of the page is at a path: undefined where nothing is. Every path without a file name is a view of the page, which reads it. */
export async function readPage(path: string): Promise<Sent | undefined> {
  if (path === "/dashboards/index.json") return listDashboards();
  const [, uid] = DASHBOARD.exec(path) ?? [];
  if (uid !== undefined) return file(join(DASHBOARDS_FOLDER(), `${uid}.json`), "application/json", false);
  const type = TYPES[extname(path)];
  if (FILE.test(path) && type !== undefined)
    return file(join(PAGE_FOLDER(), ...path.split("/")), type, path.startsWith("/assets/"));
  if (/\.\w+$/.test(path) && !path.startsWith("/trace/") && !path.startsWith("/session/")) return undefined;
  return file(join(PAGE_FOLDER(), "index.html"), TYPES[".html"] as string, false);
}
