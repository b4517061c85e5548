/**
 * The page in a real browser, served by the embedded process of dist/ as a user runs it. Whatever the browser complains of (an error on the console,
 * which a breach of the content security policy is as well, an uncaught error, a request to somewhere else) fails the test at its end.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
  type Request,
} from "playwright-core";
import { type Served, type ServedOptions, startServed } from "../embedded/served.ts";
import { copyRecording } from "./recording.ts";

const CHROMIUM = process.env["AGENT_OBSERVATORY_CHROMIUM"] ?? "/usr/bin/chromium";
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const PATIENCE_MS = 20_000;
/** Nothing was asked for so long: what follows from an answer has been asked as well. */
const QUIET_MS = 250;

/** For `describe(…, { skip: WITHOUT_BROWSER })`: why there is no browser to test with. Where all has to run, that is a failure. */
export const WITHOUT_BROWSER: string | false = existsSync(CHROMIUM) ? false : `${CHROMIUM} is not installed`;
if (WITHOUT_BROWSER !== false) {
  if (process.env["AGENT_OBSERVATORY_REQUIRE_STACK"] === "1") throw new Error(WITHOUT_BROWSER);
  process.stderr.write(`SKIPPED, NOT TESTED: the page in a browser, as ${WITHOUT_BROWSER}\n`);
}

export type PageOptions = ServedOptions & {
  /** `recorded` has the support desk, the research team and a program at work; `empty` has nothing. */
  readonly scenario?: "recorded" | "empty";
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "light" | "dark";
  readonly browser?: BrowserContextOptions;
};

export type ShownPage = AsyncDisposable & {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly url: string;
  /** The process behind it: its pid, where it takes OTLP. */
  readonly served: Served;
  /** Goes to a path of the page and waits until it is settled. */
  readonly open: (path: string) => Promise<void>;
  /** Waits until all that was asked for is drawn: no request under way, nothing that is still awaited in view, two frames without news. */
  readonly settled: () => Promise<void>;
  /** Waits until an expression holds in the page. Playwright's own way is against the policy of the page. */
  readonly until: (expression: string) => Promise<void>;
  /** What the browser complained of so far. */
  readonly complaints: readonly string[];
  /** Complaints that match belong to what is tested. */
  readonly expectComplaints: (pattern: RegExp) => void;
  /** Writes a PNG of the view, into $SCREENSHOTS where that is set, else into a folder of /tmp; its path. */
  readonly screenshot: (name: string) => Promise<string>;
  /** Ends all, and fails where the browser complained. */
  readonly close: () => Promise<void>;
};

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS, headless: true });

type Watched = Pick<ShownPage, "complaints" | "expectComplaints"> & {
  /** Waits until nothing was asked for a quarter of a second; how many requests there were until then. */
  readonly quiet: (patienceMs: number) => Promise<number>;
  readonly asked: () => number;
};

/** Hears what the browser complains of, and how many requests are under way. */
function watch(context: BrowserContext, origin: string): Watched {
  const complaints: string[] = [];
  const expected: RegExp[] = [];
  const underWay = new Set<Request>();
  let count = 0;
  let changed = (): void => undefined;
  const complain = (text: string): void => {
    if (!expected.some((pattern) => pattern.test(text))) complaints.push(text);
  };
  context.on("console", (message) => {
    if (message.type() === "error") complain(`${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => complain(`uncaught: ${error.error().stack ?? error.error().message}`));
  context.on("request", (request) => {
    if (new URL(request.url()).origin !== origin && !/^(?:data|blob):/.test(request.url()))
      complain(`a request to somewhere else: ${request.url()}`);
    underWay.add(request);
    count += 1;
    changed();
  });
  const over = (request: Request): void => {
    underWay.delete(request);
    changed();
  };
  // What a tab asks that is closed has no end of its own.
  context.on("page", (page) =>
    page.once("close", () => {
      for (const request of underWay) if (request.frame().page() === page) over(request);
    }),
  );
  context.on("requestfinished", over);
  context.on("requestfailed", over);
  return {
    complaints,
    expectComplaints: (pattern) => {
      expected.push(pattern);
      complaints.splice(0, complaints.length, ...complaints.filter((text) => !pattern.test(text)));
    },
    asked: () => count,
    quiet: (patienceMs) =>
      new Promise((resolve, reject) => {
        let timer: NodeJS.Timeout | undefined;
        const deadline = setTimeout(() => {
          clearTimeout(timer);
          const waiting = [...underWay].map((request) => request.url());
          reject(new Error(`the page still asks: ${waiting.join(" ")}`));
        }, patienceMs);
        changed = () => {
          clearTimeout(timer);
          if (underWay.size > 0) return;
          timer = setTimeout(() => {
            clearTimeout(deadline);
            changed = () => undefined;
            resolve(count);
          }, QUIET_MS);
        };
        changed();
      }),
  };
}

/**
 * How many things in view stand for what is still to come, two frames from now. On a busy machine an answer is drawn long after it was
 * heard of. What is below the window may wait until it is scrolled to.
 */
const AWAITED_IN_VIEW = `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => {
  const isInView = (element) => {
    const { top, bottom, width } = element.getBoundingClientRect();
    return width > 0 && top < innerHeight && bottom > 0;
  };
  const root = document.getElementById("root");
  const isEmpty = root !== null && root.childElementCount === 0;
  resolve([...document.querySelectorAll('[class*="skeleton"]')].filter(isInView).length + (isEmpty ? 1 : 0));
})))`;

/** Polls until there are as many, so that what is drawn late is not missed; fails with how many there were. */
export async function hasCount(locator: Locator, count: number, message = String(locator)): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await locator.count();
    if (found === count) return;
    if (performance.now() > deadlineMs) assert.equal(found, count, message);
    await locator.page().evaluate("new Promise(requestAnimationFrame)");
  }
}

type Shown = Omit<ShownPage, "served">;
type LookOptions = Pick<PageOptions, "width" | "height" | "colorScheme" | "browser">;

/** A browser with an empty tab for the page at `url`, whoever serves it. */
export async function lookAt(url: string, options: LookOptions = {}): Promise<Shown> {
  const { width = 1440, height = 900, colorScheme = "light", browser: given } = options;
  const browser = await launchBrowser();
  const context = await browser.newContext({
    // What is looked at stands still.
    reducedMotion: "reduce",
    baseURL: url,
    colorScheme,
    viewport: { width, height },
    ...given,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const { quiet, asked, ...watched } = watch(context, url);
  const page = await context.newPage();
  const settled = async (): Promise<void> => {
    const deadlineMs = performance.now() + PATIENCE_MS;
    for (;;) {
      const before = await quiet(Math.max(1, deadlineMs - performance.now()));
      const awaited = Number(await page.evaluate(AWAITED_IN_VIEW));
      if (awaited === 0 && asked() === before) return;
      if (performance.now() > deadlineMs)
        assert.fail(`${awaited} places of ${page.url()} still wait for what they show`);
    }
  };
  const close = async (): Promise<void> => {
    await browser.close();
    assert.deepEqual(watched.complaints, [], "the browser complained of nothing");
  };
  return {
    ...watched,
    settled,
    page,
    context,
    url,
    open: async (path) => {
      await page.goto(path);
      await settled();
    },
    until: async (expression) => {
      const deadlineMs = performance.now() + PATIENCE_MS;
      while (!(await page.evaluate(expression))) {
        if (performance.now() > deadlineMs) assert.fail(`it never came about: ${expression}`);
        await page.evaluate("new Promise(requestAnimationFrame)");
      }
    },
    screenshot: async (name) => {
      const folder = process.env["SCREENSHOTS"] ?? (await mkdtemp(join(tmpdir(), "agent-observatory-shots-")));
      await mkdir(folder, { recursive: true });
      const path = join(folder, `${name}.png`);
      await page.screenshot({ path });
      return path;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Starts the process, the browser and an empty tab. */
export async function startPage(options: PageOptions = {}): Promise<ShownPage> {
  const { scenario = "recorded", width: _w, height: _h, colorScheme: _c, browser: _b, ...rest } = options;
  const copied = scenario === "recorded" ? await copyRecording() : undefined;
  const remove = async (): Promise<void> => {
    if (copied !== undefined) await rm(copied, { recursive: true, force: true });
  };
  let served: Served | undefined;
  try {
    served = await startServed({ stderr: "keep", ...rest, ...(copied !== undefined && { dataDirectory: copied }) });
    const { close: endServed, prometheus: url } = served;
    const shown = await lookAt(url, options);
    const close = async (): Promise<void> => {
      try {
        await shown.close();
      } finally {
        await endServed();
        await remove();
      }
    };
    return { ...shown, served, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await served?.close();
    await remove();
    throw error;
  }
}
