/** What is known of an operation of a database that failed. */
export type DatabaseFailure = {
  readonly system: string;
  /** Messages, the most telling first. */
  readonly said: readonly (string | undefined)[];
  /** Code of the error or name of its class. */
  readonly name: string | undefined;
};

/** As OpenTelemetry's instrumentation of pg puts it. */
const SQLSTATE = /\(code: (?!UNKNOWN\b)(\w{1,20})\)/;
/** Redis says what it is in front: `WRONGTYPE Operation against…`. */
const REDIS_PREFIX = /^([A-Z]{2,20})\b/;
const KNOWN_CODE =
  /\b(ECONNREFUSED|ECONNRESET|ECONNABORTED|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|E11000)\b/;
/** Names that say nothing. */
const VAGUE = new Set(["Error", "error"]);

/** `error.type` of a failed operation: the database's own code or that of the network, else the name of the error; undefined where nothing tells. */
export function databaseErrorType({ system, said, name }: DatabaseFailure): string | undefined {
  const patterns = system.toLowerCase() === "redis" ? [REDIS_PREFIX, KNOWN_CODE] : [SQLSTATE, KNOWN_CODE];
  for (const message of said) {
    if (message === undefined) continue;
    for (const pattern of patterns) {
      const code = pattern.exec(message)?.[1];
      if (code !== undefined) return code;
    }
  }
  return name === undefined || VAGUE.has(name) ? undefined : name;
}
