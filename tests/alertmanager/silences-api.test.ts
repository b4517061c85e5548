import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { ask, runObservatory } from "../observatory/running-observatory.ts";
import { NEEDS_ALERTMANAGER, programFile } from "./programs.ts";
import { listeningAddress } from "./running.ts";

async function runAlertmanager(): Promise<AsyncDisposable & { readonly url: string }> {
  const folder = await mkdtemp(join(tmpdir(), "agent-observatory-silences-"));
  const file = join(folder, "alertmanager.yml");
  await writeFile(file, "route: { receiver: default }\nreceivers: [{ name: default }]\n");
  const flags = [
    `--config.file=${file}`,
    `--storage.path=${join(folder, "data")}`,
    "--cluster.listen-address=",
    "--web.listen-address=127.0.0.1:0",
  ];
  const child = spawn(programFile("alertmanager"), flags, { stdio: ["ignore", "ignore", "pipe"] });
  const url = `http://${await listeningAddress(child)}`;
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, "exit");
      child.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const HOUR = 3_600_000;
const NOW = Date.now();
const at = (hours: number): string => new Date(NOW + hours * HOUR).toISOString();
const matcher = (name: string, value: string, isRegex = false, isEqual = true) => ({ name, value, isRegex, isEqual });

const silence = (more: object = {}): string =>
  JSON.stringify({
    matchers: [matcher("alertname", "Down"), matcher("job", "a.i|zz", true), matcher("x", "9", false, false)],
    startsAt: at(-1),
    endsAt: at(1),
    createdBy: "Ada",
    comment: "known",
    ...more,
  });

type Step = readonly [method: string, path: string, body?: string, type?: string];
/** `ID` is the id that the last silence got. */
const STEPS: readonly Step[] = [
  ["GET", "/silences"],
  ["POST", "/silences", "{}"],
  ["POST", "/silences", ""],
  ["POST", "/silences", silence({ matchers: [] })],
  ["POST", "/silences", silence({ matchers: [matcher("a", "")] })],
  ["POST", "/silences", silence({ matchers: [matcher("a", ".*", true)] })],
  ["POST", "/silences", silence({ matchers: [matcher("a", "(", true)] })],
  ["POST", "/silences", silence({ matchers: [matcher("", "x")] })],
  ["POST", "/silences", silence({ matchers: [{ name: "a", value: "x" }] })],
  ["POST", "/silences", silence({ startsAt: at(2), endsAt: at(1) })],
  ["POST", "/silences", silence({ startsAt: at(-3), endsAt: at(-2) })],
  ["POST", "/silences", silence({ endsAt: undefined })],
  ["POST", "/silences", silence({ id: "7b7c9b1e-0d0f-4f6b-9f0a-000000000000" })],
  ["POST", "/silences", silence(), "text/plain"],
  ["DELETE", "/silences"],
  ["PUT", "/silences"],
  ["GET", "/silence/x"],
  ["DELETE", "/silence/x"],
  ["GET", "/silence/7b7c9b1e-0d0f-4f6b-9f0a-000000000000"],
  ["DELETE", "/silence/7b7c9b1e-0d0f-4f6b-9f0a-000000000000"],
  ["GET", "/nothing"],
  ["POST", "/silences", silence()],
  ["GET", "/silence/ID"],
  ["GET", "/silences"],
  ["GET", `/silences?filter=${encodeURIComponent('alertname="Down"')}`],
  ["GET", `/silences?filter=${encodeURIComponent('alertname=~"Do.*"')}`],
  ["GET", "/silences?filter=bad"],
  ["POST", "/silences", silence({ startsAt: at(1), endsAt: at(2) })],
  ["GET", "/silence/ID"],
  ["DELETE", "/silence/ID"],
  ["DELETE", "/silence/ID"],
  ["GET", "/silence/ID"],
  ["GET", "/silences"],
  ["GET", "/alerts"],
  ["GET", "/alerts?filter=job"],
  ["GET", `/alerts?filter=${encodeURIComponent('{job="api"}')}`],
  ["GET", "/receivers"],
];

/** Ids and moments are their own in each; whether a moment is about now is what counts. */
function comparable(value: unknown): unknown {
  if (typeof value === "string") {
    if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) return "an id";
    if (/^\d{4}-.*Z$/.test(value)) return `${Math.round((Date.parse(value) - NOW) / HOUR)} h from now`;
    // Go lists the methods of a path in any order.
    return value.replace("[POST,GET]", "[GET,POST]");
  }
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, comparable(one)]));
}

async function answers(url: string): Promise<unknown[]> {
  let id = "";
  const all: unknown[] = [];
  for (const [method, path, body = "", type = "application/json"] of STEPS) {
    const headers = { "content-type": type, "content-length": `${Buffer.byteLength(body)}` };
    const got = await ask(`${url}/api/v2${path.replace("ID", id)}`, headers, method, body);
    const json = got.body.trim() === "" ? undefined : (JSON.parse(got.body) as { silenceID?: string });
    id = json?.silenceID ?? id;
    all.push({
      method,
      path,
      body,
      status: got.status,
      allow: String(got.headers["allow"]).split(",").sort(),
      json: comparable(json),
    });
  }
  return all;
}

describe("the silences of the embedded process", NEEDS_ALERTMANAGER, () => {
  it("answer as Alertmanager does", async () => {
    await using real = await runAlertmanager();
    await using ours = await runObservatory({ settings: { rules: { files: [], alertmanagers: [], webhooks: [] } } });
    assert.deepEqual(await answers(ours.urls.web), await answers(real.url));
  });

  it("are added, listed and ended by amtool", async () => {
    await using ours = await runObservatory({ settings: { rules: { files: [], alertmanagers: [], webhooks: [] } } });
    const amtool = async (...words: string[]): Promise<string> => {
      const { stdout } = await promisify(execFile)(programFile("amtool"), [
        `--alertmanager.url=${ours.urls.web}`,
        ...words,
      ]);
      return stdout.trim();
    };
    const id = await amtool(
      "silence",
      "add",
      "--author=Ada",
      "--comment=known",
      "--duration=2h",
      "alertname=Down",
      "job=~a.*",
    );
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.match(await amtool("silence", "query"), new RegExp(`${id}.*alertname="Down" job=~"a\\.\\*".*Ada.*known`));
    await amtool("silence", "expire", id);
    assert.equal(await amtool("silence", "query", "-q"), "");
    assert.equal(await amtool("silence", "query", "--expired", "-q"), id);
  });
});
