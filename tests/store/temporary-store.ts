import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { createLabelSet, createLabels, type LabelSet, type Labels, type Span } from "../../src/signals/index.ts";
import {
  openStoreReader,
  openStoreWriter,
  type ReaderOptions,
  type StoreFault,
  type StoreReader,
  type StoreWriter,
  type WriterOptions,
} from "../../src/store/index.ts";

export const DAY_MS = 86_400_000;
export const MIDNIGHT_MS = Date.parse("2026-11-21T00:00:00Z");
export const NOON_MS = MIDNIGHT_MS + DAY_MS / 2;
export const NS_PER_MS = 1_000_000n;

export type TestClock = { readonly nowMs: () => number; readonly set: (nowMs: number) => void };

export function createTestClock(nowMs: number = NOON_MS): TestClock {
  let now = nowMs;
  return {
    nowMs: () => now,
    set: (next) => {
      now = next;
    },
  };
}

/** A store in a directory of its own that goes with the test. */
export type TemporaryStore = {
  readonly directory: string;
  readonly clock: TestClock;
  readonly faults: StoreFault[];
  readonly writer: (more?: Partial<WriterOptions>) => StoreWriter;
  readonly reader: (more?: Partial<ReaderOptions>) => StoreReader;
};

export function temporaryStore(test: TestContext, nowMs?: number): TemporaryStore {
  const directory = mkdtempSync(join(tmpdir(), "store-test-"));
  const clock = createTestClock(nowMs);
  const faults: StoreFault[] = [];
  const opened: { close: () => void }[] = [];
  test.after(() => {
    for (const one of opened) one.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const closing = <Opened extends { close: () => void }>(one: Opened): Opened => {
    let isOpen = true;
    const close = (): void => {
      if (isOpen) one.close();
      isOpen = false;
    };
    opened.push({ close });
    return { ...one, close };
  };
  const common = { directory, clock, onFault: (fault: StoreFault) => void faults.push(fault) };
  return {
    directory,
    clock,
    faults,
    writer: (more) =>
      closing(openStoreWriter({ ...common, retention: { maxAgeMs: 30 * DAY_MS, maxBytes: 10e9 }, ...more })),
    reader: (more) => closing(openStoreReader({ ...common, ...more })),
  };
}

export const labelsOf = (labels: Record<string, string>): Labels => createLabels(Object.entries(labels));
export const setOf = (labels: Record<string, string>): LabelSet => createLabelSet(labelsOf(labels));

const EMPTY_RESOURCE = { service: "shop", attributes: { "service.name": "shop" } };

/** A span with what a test does not care about filled in. */
export function spanOf(span: Partial<Span> & Pick<Span, "traceId" | "spanId">): Span {
  const startNs = span.startNs ?? BigInt(NOON_MS) * NS_PER_MS;
  return {
    parentSpanId: "",
    traceState: "",
    flags: 1,
    name: "operation",
    kind: "internal",
    startNs,
    endNs: startNs + 5n * NS_PER_MS,
    status: "unset",
    statusMessage: "",
    resource: EMPTY_RESOURCE,
    scope: { name: "", version: "", attributes: {} },
    attributes: {},
    events: [],
    links: [],
    ...span,
  };
}
