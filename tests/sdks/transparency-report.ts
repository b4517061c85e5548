/**
 * Part of the programs of the transparency suite: runs one case after another and prints everything that a program could tell of what it
 * got: values, prototypes, descriptors, errors with their stacks. What differs between two runs by nature is replaced by its kind.
 */
import { once } from "node:events";
import { createRequire } from "node:module";
import { createServer } from "node:net";

const OPAQUE_DEPTH = 7;
const BUILT_IN = new Set<unknown>([
  ...[Object, Array, Function, Promise, Error, TypeError, Map, Set, Uint8Array, ArrayBuffer, Buffer, URL],
  ...[SyntaxError, RangeError, DOMException, EventTarget],
]);

export const normalizeText = (text: string): string =>
  text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UUID")
    .replaceAll(/127\.0\.0\.1:\d+/g, "SERVER")
    .replaceAll(/running-\w+/g, "running")
    .replaceAll(/(form-data-boundary-|-+WebKitFormBoundary|formdata-undici-)\w+/g, "BOUNDARY");

/** Members of sockets and errors that no two runs share; what is sent is longer by the trace context. */
const UNSTABLE = new Set(["localPort", "remotePort", "port", "bytesWritten", "bytesRead"]);

/** What a run is told to leave out, by name: `stack` is that of errors. */
const LEFT_OUT = new Set((process.env["REPORT_WITHOUT"] ?? "").split(","));

const flagsOf = ({ writable, enumerable, configurable }: PropertyDescriptor): string =>
  `${writable ? "w" : "-"}${enumerable ? "e" : "-"}${configurable ? "c" : "-"}`;

function chainOf(value: object): string[] {
  const names: string[] = [];
  for (let at = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) {
    names.push(String(Object.hasOwn(at, "constructor") ? at.constructor?.name : "?"));
  }
  return names;
}

/** Web objects are told by what they say of themselves: inside they hold clocks and sockets. */
function webObject(value: object): unknown {
  if (value instanceof Response) {
    const { status, statusText, ok, type, redirected, url, bodyUsed, body } = value;
    const headers = [...value.headers].filter(([name]) => name !== "date");
    return {
      status,
      statusText,
      ok,
      type,
      redirected,
      url: normalizeText(url),
      bodyUsed,
      locked: body?.locked,
      headers,
    };
  }
  if (value instanceof Headers) return [...value];
  if (value instanceof AbortSignal) return { aborted: value.aborted };
  if (value instanceof AbortController) return { aborted: value.signal.aborted };
  if (value instanceof ReadableStream) return { locked: value.locked };
  if (value instanceof Blob) return { size: value.size, type: value.type };
  if (value instanceof URL) return normalizeText(value.href);
  if (value instanceof Date) return "Date";
  return undefined;
}

type Described = { readonly describe: (value: unknown) => unknown };

function createDescriber(): Described {
  const prototypes = new Set<object>();

  const describeAll = (value: unknown): unknown => {
    const seen = new Map<object, string>();

    const members = (value: object, path: string, depth: number): Record<string, unknown> => {
      const own: Record<string, unknown> = {};
      for (const key of Reflect.ownKeys(value)) {
        const descriptor = Object.getOwnPropertyDescriptor(value, key);
        if (descriptor === undefined || LEFT_OUT.has(String(key))) continue;
        const name = `${String(key)} ${flagsOf(descriptor)}`;
        if (UNSTABLE.has(String(key))) own[name] = typeof descriptor.value;
        else
          own[name] =
            "value" in descriptor
              ? walk(descriptor.value, `${path}.${String(key)}`, depth - 1)
              : `accessor ${descriptor.get?.name} ${descriptor.set?.name}`;
      }
      return own;
    };

    /** Each prototype is told once in a run: which members it has, and what they are. */
    const prototypesOf = (value: object, path: string): unknown[] => {
      const told: unknown[] = [];
      for (let at = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) {
        if (prototypes.has(at) || BUILT_IN.has(at.constructor) || at === Object.prototype) continue;
        prototypes.add(at);
        told.push(
          Reflect.ownKeys(at).map((key) => {
            const descriptor = Object.getOwnPropertyDescriptor(at, key)!;
            const { value: member, get, set } = descriptor;
            const what = typeof member === "function" ? `${member.name}/${member.length}` : typeof member;
            return `${String(key)} ${flagsOf(descriptor)} ${get || set ? `${get?.name}|${set?.name}` : what}`;
          }),
        );
      }
      return told.length === 0 ? told : [path, ...told];
    };

    const walk = (value: unknown, path: string, depth: number): unknown => {
      if (typeof value === "string") return normalizeText(value);
      if (typeof value === "function") {
        return {
          function: `${value.name}/${value.length}`,
          native: /\[native code\]/.test(`${value}`),
          chain: chainOf(value),
        };
      }
      if (typeof value !== "object" || value === null) return value === undefined ? "undefined" : String(value);
      const before = seen.get(value);
      if (before !== undefined) return `same as ${before}`;
      seen.set(value, path);
      const chain = chainOf(value);
      const web = webObject(value);
      if (web !== undefined) return { chain, web };
      if (ArrayBuffer.isView(value)) return { chain, bytes: value.byteLength };
      if (depth <= 0) return { chain };
      const told = prototypesOf(value, path);
      return {
        chain,
        frozen: Object.isFrozen(value),
        own: members(value, path, depth),
        ...(told.length > 0 && { told }),
        // An own accessor in newer Nodes, which shows whose frames are on the way.
        ...(value instanceof Error && !LEFT_OUT.has("stack") && { stack: normalizeText(String(value.stack)) }),
      };
    };
    return walk(value, "$", OPAQUE_DEPTH);
  };
  return { describe: describeAll };
}

export type Report = {
  /** Prints what a value is. */
  readonly tell: (name: string, value: unknown) => void;
  /** Prints what `work` returned as it returned it, and what came of it. An error is described, too. */
  readonly attempt: (name: string, work: () => unknown) => Promise<void>;
};

export function createReport(): Report {
  const { describe } = createDescriber();
  const tell = (name: string, value: unknown): void => {
    process.stdout.write(`${name}: ${JSON.stringify(describe(value))}\n`);
  };
  process.on("warning", (warning) => tell("warning", warning));
  process.on("unhandledRejection", (reason) => tell("unhandled", reason));
  return {
    tell,
    attempt: async (name, work) => {
      try {
        const returned = work();
        tell(`${name} returned`, returned instanceof Promise ? chainOf(returned) : returned);
        tell(`${name} gave`, await returned);
      } catch (error) {
        tell(`${name} threw`, error);
      }
    },
  };
}

/** What an instrumentation may be tempted to replace. */
export function tellPlatform({ tell }: Report): void {
  const require = createRequire(import.meta.url);
  for (const name of ["node:http", "node:https", "node:http2", "node:module", "node:async_hooks", "node:events"]) {
    tell(name, require(name));
  }
  const { ClientRequest, IncomingMessage, Agent } = require("node:http");
  for (const one of [ClientRequest, IncomingMessage, Agent]) tell(one.name, Object.create(one.prototype));
  tell("fetch", Object.getOwnPropertyDescriptors(globalThis).fetch);
  tell("promise", Object.getOwnPropertyDescriptors(Promise.prototype));
  tell("stream", Object.getOwnPropertyDescriptors(ReadableStream.prototype));
  tell("response", Object.getOwnPropertyDescriptors(Response.prototype));
  tell("globals", Object.getOwnPropertyNames(globalThis).toSorted());
  tell("flags", [process.execArgv.length > 0 ? "given" : "given", process.argv.length]);
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** An address at which nobody listens any more. */
export async function closedUrl(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}
