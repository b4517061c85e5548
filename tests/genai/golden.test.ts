/** Recorded answers, read as the wire reads them: tokens, finish reasons and cost must be exactly these. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { costAttributes, createPricer } from "../../src/cost/index.ts";
import {
  createJsonProjector,
  createJsonReader,
  framerOf,
  publicProvider,
  type ResponseFacts,
  usageAttributes,
} from "../../src/genai/index.ts";
import { ATTR } from "../../src/model/index.ts";
import { GOLDEN, type GoldenCase, SAME_CALL } from "./golden-cases.ts";
import { formatOf, reading, targetOf } from "./reading.ts";

const FOLDER = new URL("../recorded/", import.meta.url);
/** Prices change with the day, one with the hour. */
const AT_MS = Date.UTC(2026, 10, 21, 12);
const pricer = createPricer();

function feedInPieces(bytes: Uint8Array, size: number, feed: (chunk: Uint8Array) => void): void {
  for (let at = 0; at < bytes.length; at += size) feed(bytes.subarray(at, at + size));
}

/** The answer as the wire reads it, in pieces of so many bytes. */
function read({ file, at, headers }: GoldenCase, capture: boolean, pieceBytes: number): ResponseFacts {
  const bytes = readFileSync(new URL(file, FOLDER));
  const format = formatOf(at);
  const options = reading(at, capture, headers);
  if (file.endsWith(".sse")) {
    const createFramer = framerOf("text/event-stream; charset=utf-8");
    assert.ok(createFramer !== undefined);
    const stream = format.createStreamReader(options);
    const framer = createFramer(stream.event);
    feedInPieces(bytes, pieceBytes, framer.feed);
    framer.end();
    return stream.result();
  }
  const json = capture ? createJsonReader(true, bytes.length) : createJsonProjector(format.responseTemplate);
  feedInPieces(bytes, pieceBytes, json.feed);
  return format.readResponse(json.result(), options);
}

/** The attributes of the call's span that come of the answer. */
function attributesOf({ at, asked }: GoldenCase, facts: ResponseFacts): Record<string, unknown> {
  const { host } = targetOf(at);
  return {
    [ATTR.provider]: publicProvider(host) ?? formatOf(at).provider,
    [ATTR.serverAddress]: host,
    ...(asked !== undefined && { [ATTR.requestModel]: asked }),
    ...(facts.model !== undefined && { [ATTR.responseModel]: facts.model }),
    ...requestGeo(at.path),
    ...facts.parameters,
    ...usageAttributes(facts.usage),
  };
}

/** Vertex AI names the region in the path of the request. */
function requestGeo(path: string | undefined): Record<string, string> {
  const location = /\/locations\/([^/]+)\//.exec(path ?? "")?.[1];
  return location === undefined ? {} : { [ATTR.inferenceGeo]: location };
}

function costOf(golden: GoldenCase): Record<string, string | number | undefined> {
  const facts = read(golden, false, 1 << 16);
  const attributes = attributesOf(golden, facts);
  const added = costAttributes(pricer, attributes, { failed: facts.error !== undefined, timeMs: AT_MS });
  return {
    usd: (added[ATTR.costUsd] ?? attributes[ATTR.costUsd]) as number | undefined,
    status: added[ATTR.costStatus],
  };
}

const near = (actual: unknown, expected: number, what: string): void =>
  assert.ok(typeof actual === "number" && Math.abs(actual - expected) < 1e-12, `${what}: ${actual}, not ${expected}`);

describe("a recorded answer", () => {
  for (const golden of GOLDEN) {
    it(`${golden.file} has its tokens, however it is cut and whether or not it is captured`, () => {
      for (const [capture, pieceBytes] of [
        [false, 1 << 16],
        [false, 7],
        [true, 1 << 16],
        [true, 13],
      ] as const) {
        const facts = read(golden, capture, pieceBytes);
        assert.deepEqual(facts.usage, golden.usage);
        assert.deepEqual(facts.finishReasons, golden.finish);
        assert.equal(facts.error?.code ?? facts.error?.type, golden.error);
        for (const [name, value] of Object.entries(golden.says ?? {})) {
          assert.deepEqual(facts.parameters?.[name], value, name);
        }
        if (!capture) assert.equal(facts.content, undefined);
      }
    });

    it(`${golden.file} has its cost, or says why not`, () => {
      const { usd, status } = costOf(golden);
      assert.equal(status, golden.status);
      if (golden.usd === undefined) {
        assert.equal(usd, undefined);
        return;
      }
      near(usd, golden.usd, golden.file);
      if (golden.cost === undefined) return;
      const tokens = golden.cost.reduce((sum, [count, usdPerMillion]) => sum + (count * usdPerMillion) / 1e6, 0);
      near(tokens * (golden.factor ?? 1) + (golden.feesUsd ?? 0), golden.usd, "the parts of the cost");
    });
  }

  it("is expected of every file there is", () => {
    const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.(json|sse)$/.test(name),
    );
    assert.deepEqual(GOLDEN.map(({ file }) => file).toSorted(), files.toSorted());
  });

  it("costs the same in the words of either API", () => {
    for (const pair of SAME_CALL) {
      const [one, other] = pair.map((file) => {
        const golden = GOLDEN.find((each) => each.file === file);
        assert.ok(golden !== undefined, file);
        return costOf(golden);
      });
      assert.deepEqual(one, other);
    }
  });
});
