/**
 * Pictures of every view for the documentation: `npm run screenshots`, which builds first. The support desk, the research team and a program at work
 * are what they show, at work for four minutes (`--minutes`). Writes docs/images/VIEW-THEME-WIDTH.webp; `--only home,cost` some of them, `--folder` elsewhere.
 */
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type ShownPage, startPage } from "../tests/browser/harness.ts";
import { keepBusy } from "../tests/browser/recording.ts";
import { everyView } from "../tests/browser/views.ts";

const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    folder: { type: "string", default: "docs/images" },
    minutes: { type: "string", default: "4" },
  },
});
const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const;
const THEMES = ["light", "dark"] as const;
/** Text stays sharp, and a view is some 40 kB. */
const QUALITY = 66;

/** Chromium's own WebP, a third of a PNG. */
async function take({ context, page }: ShownPage): Promise<Buffer> {
  const session = await context.newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
  await session.detach();
  return Buffer.from(data, "base64");
}

async function main(): Promise<void> {
  const only = flags.only?.split(",");
  await mkdir(flags.folder, { recursive: true });
  await using shown = await startPage({ scenario: "empty" });
  await keepBusy(shown.served.otlp.traces.replace("/v1/traces", ""), Date.now() + Number(flags.minutes) * 60_000);
  // All pictures are of the same time, whenever they are taken.
  const range = `from=${Date.now() - Number(flags.minutes) * 60_000}&to=${Date.now()}`;
  const views = (await everyView(shown.url)).filter(({ name }) => only === undefined || only.includes(name));
  let bytes = 0;
  for (const colorScheme of THEMES) {
    await shown.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const { width, height } of SIZES) {
      await shown.page.setViewportSize({ width, height });
      for (const { name, path } of views) {
        await shown.open(`${path}${path.includes("?") ? "&" : "?"}${range}&refresh=off`);
        const file = join(flags.folder, `${name}-${colorScheme}-${width}.webp`);
        await writeFile(file, await take(shown));
        const { size } = await stat(file);
        bytes += size;
        process.stdout.write(`${file} ${(size / 1024).toFixed(0)} kB\n`);
      }
    }
  }
  process.stdout.write(
    `${views.length * THEMES.length * SIZES.length} pictures, ${(bytes / 1024 / 1024).toFixed(1)} MB\n`,
  );
}

await main();
