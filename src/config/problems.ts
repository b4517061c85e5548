import type { ErrorCode } from "../base/index.ts";
import { createRedactor, type Redactor } from "../redaction/index.ts";
import type { Problem } from "./config.ts";

/** Where something was set. */
export type Origin = { readonly key: string; readonly file?: string; readonly line?: number };

const MAX_SHOWN = 80;
const CREDENTIALS = "[REDACTED:url_credentials]";

export const originText = ({ key, file, line }: Origin): string =>
  file === undefined ? key : `${file}${line === undefined ? "" : `:${line}`}: ${key}`;

export type ProblemList = {
  readonly add: (code: ErrorCode, origin: Origin, sentence: string) => void;
  /** A value as it may be shown: quoted, short, without anything secret. */
  readonly show: (value: unknown, secret?: boolean) => string;
  readonly all: () => readonly Problem[];
};

export function createProblemList(): ProblemList {
  const problems: Problem[] = [];
  // Only a mistake costs the rules.
  let redactor: Redactor | undefined;
  return {
    add: (code, origin, sentence) => {
      problems.push({
        code,
        severity: code === "AO_CONFIG_ADJUSTED" ? "hint" : "error",
        ...origin,
        message: `${originText(origin)}: ${sentence}`,
      });
    },
    show: (value, secret = false) => {
      const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
      if (secret) return `a value of ${text.length} characters (not shown: it may be secret)`;
      redactor ??= createRedactor({ except: ["ip_address"] });
      // `user:password@host` without a scheme is a URL to whoever wrote it.
      const safe = redactor.url(text.replace(/[^\s/@"]+:[^\s@"]*@/g, `${CREDENTIALS}@`));
      const short = safe.length > MAX_SHOWN ? `${safe.slice(0, MAX_SHOWN)}…` : safe;
      return typeof value === "string" ? `"${short}"` : short;
    },
    all: () => problems,
  };
}
