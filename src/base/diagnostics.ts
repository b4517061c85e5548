/** What we say about ourselves, on stderr, so that the program's own stdout stays its own. */
export type Diagnostics = {
  /** Says a message once per key for the life of the process; what repeats is counted elsewhere. */
  readonly warnOnce: (key: string, message: string) => void;
  readonly debug: (message: string) => void;
};

export type DiagnosticLevel = "none" | "error" | "warn" | "info" | "debug";

const PREFIX = "agent-observatory: ";
/** A program that fails in ten thousand different ways must not fill memory with keys. */
const MAX_KEYS = 1000;

export function createDiagnostics(
  level: DiagnosticLevel,
  write: (line: string) => void = (line) => process.stderr.write(line),
): Diagnostics {
  const said = new Set<string>();
  const quiet = level === "none" || level === "error";
  const say = (message: string): void => {
    try {
      write(`${PREFIX}${message}\n`);
    } catch {
      // A closed stderr is the program's affair.
    }
  };
  return {
    warnOnce: (key, message) => {
      if (quiet || said.has(key) || said.size >= MAX_KEYS) return;
      said.add(key);
      say(message);
    },
    debug: (message) => {
      if (level === "debug") say(message);
    },
  };
}
