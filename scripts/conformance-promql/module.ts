import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const MODULE = "github.com/prometheus/prometheus";
const VERSION = "v0.315.0";
const SCRIPTS = "promql/promqltest/testdata";
const DOWNLOAD_TIMEOUT_MS = 300_000;

/** Prometheus' scripts in the Go module cache; undefined where the module is not there yet. */
export function cachedScripts(): string | undefined {
  const cache = process.env["GOMODCACHE"] ?? join(process.env["GOPATH"] ?? join(homedir(), "go"), "pkg/mod");
  const folder = join(cache, `${MODULE}@${VERSION}`, SCRIPTS);
  return existsSync(folder) ? folder : undefined;
}

/** Prometheus' scripts, downloaded with Go where they are not in its cache. Throws with what to do where that cannot be. */
export function downloadedScripts(): string {
  const cached = cachedScripts();
  if (cached !== undefined) return cached;
  let output: string;
  try {
    output = execFileSync("go", ["mod", "download", "-json", `${MODULE}@${VERSION}`], {
      encoding: "utf8",
      timeout: DOWNLOAD_TIMEOUT_MS,
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const why = isMissing ? "Go is not installed" : `go mod download failed: ${(error as Error).message}`;
    throw new Error(
      `${why}. Prometheus' test scripts come with its Go module ${MODULE}@${VERSION}: install Go, ` +
        "or give a folder with .test files: npm run conformance:promql -- DIR",
    );
  }
  return join((JSON.parse(output) as { Dir: string }).Dir, SCRIPTS);
}
