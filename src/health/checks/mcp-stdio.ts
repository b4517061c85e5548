import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { builtin } from "../../base/index.ts";
import {
  expectResult,
  INITIALIZE,
  INITIALIZE_ID,
  INITIALIZED,
  PING,
  PING_ID,
  type Reply,
  replyIn,
} from "./mcp-messages.ts";

export type McpCommand = {
  readonly command: string;
  readonly args?: readonly string[];
  /** Default: the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
};

/** Longest line that is read, as of a server that writes anything else to its stdout. */
const MAX_LINE_LENGTH = 1_048_576;

/** Replies as they come, by the id of the request. Rejects where the server ends before. */
function createReplies(child: ChildProcess): { readonly reply: (id: number) => Promise<Reply> } {
  const expected = new Map<number, { resolve: (reply: Reply) => void; reject: (error: Error) => void }>();
  let pending = "";
  let ended: Error | undefined;
  const end = (reason: Error): void => {
    ended ??= reason;
    for (const { reject } of expected.values()) reject(ended);
  };
  child.on("error", (error) => end(error));
  child.on("exit", (code, signal) => end(new Error(`the server ended (${signal ?? `code ${code}`})`)));
  child.stdin?.on("error", () => {});
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (pending + chunk).split("\n");
    pending = lines.pop() ?? "";
    if (pending.length > MAX_LINE_LENGTH) pending = "";
    for (const line of lines) {
      for (const [id, { resolve }] of expected) {
        const found = replyIn(line, id);
        if (found !== undefined) resolve(found);
      }
    }
  });
  return {
    reply: (id) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) reject(ended);
        else expected.set(id, { resolve, reject });
      }),
  };
}

/** Starts the server, asks whether it is there, and ends it. Nothing of it keeps this process. */
export async function pingMcpCommand({ command, args = [], env, cwd }: McpCommand, signal: AbortSignal): Promise<void> {
  const child = builtin("node:child_process").spawn(command, args, {
    stdio: ["pipe", "pipe", "ignore"],
    signal,
    killSignal: "SIGKILL",
    windowsHide: true,
    ...(env !== undefined && { env: { ...env } }),
    ...(cwd !== undefined && { cwd }),
  });
  child.unref();
  for (const pipe of [child.stdin, child.stdout]) (pipe as Socket | null)?.unref();
  const { reply } = createReplies(child);
  const request = async (message: string, id: number, method: string): Promise<void> => {
    const answered = reply(id);
    child.stdin?.write(`${message}\n`);
    expectResult(await answered, method);
  };
  try {
    await request(INITIALIZE, INITIALIZE_ID, "initialize");
    child.stdin?.write(`${INITIALIZED}\n`);
    await request(PING, PING_ID, "ping");
  } finally {
    // It holds nothing that is worth an orderly end, and some servers do not hear that their stdin has ended.
    child.kill("SIGKILL");
  }
}
