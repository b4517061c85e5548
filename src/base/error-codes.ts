type CodeEntry = {
  /** What happened, as one clause. */
  readonly meaning: string;
  /** What the reader can do about it, as one sentence. */
  readonly remedy: string;
};

/** Every code this product reports, thrown or told on stderr. docs/errors.md is compared with this table by a test. */
export const ERROR_CODES = {
  AO_CONFIG_VALUE: {
    meaning: "A setting has a value of the wrong kind or out of its range; it was treated as not set.",
    remedy: "Correct the value of the named variable or key, or remove it.",
  },
  AO_CONFIG_ADJUSTED: {
    meaning: "A setting was understood, but something slightly different from it is used; only a hint.",
    remedy: "Write the value that the message names, and the hint goes away.",
  },
  AO_CONFIG_UNSUPPORTED: {
    meaning: "A setting asks for something that this version does not do.",
    remedy: "Choose one of the values that the message names.",
  },
  AO_CONFIG_KEY: {
    meaning: "The configuration file has a key that does not exist; the key was ignored.",
    remedy: "Correct the spelling of the key or remove it; docs/configuration.md lists all keys.",
  },
  AO_CONFIG_REFERENCE: {
    meaning: "The configuration file refers to an environment variable that is not set; the key was ignored.",
    remedy: "Set the variable, or give the reference a default: `:-` and a value after the name.",
  },
  AO_CONFIG_SYNTAX: {
    meaning: "The configuration file is not valid YAML; the whole file was ignored.",
    remedy: "Repair the named line.",
  },
  AO_CONFIG_FILE: {
    meaning: "The configuration file cannot be read; it was ignored.",
    remedy: "Correct AGENT_OBSERVATORY_CONFIG, or make the file readable.",
  },
  AO_CONFIG_INVALID: {
    meaning: "The configuration has errors and AGENT_OBSERVATORY_STRICT is on.",
    remedy: "Repair the settings that the message lists, or switch AGENT_OBSERVATORY_STRICT off.",
  },
  AO_BACKEND_URL: {
    meaning: "The address of a back end, or a header for it, cannot be used.",
    remedy: "Give a URL that begins with http:// or https://, and headers without line breaks.",
  },
  AO_BACKEND_UNREACHABLE: {
    meaning:
      "A back end (Prometheus, Loki or Jaeger, or the embedded process) does not answer, or broke the connection off.",
    remedy: "Start it, or give the address where it runs.",
  },
  AO_BACKEND_TIMEOUT: {
    meaning: "A back end did not answer in time.",
    remedy: "Ask for less or a shorter time, or allow more time.",
  },
  AO_BACKEND_DENIED: {
    meaning: "A back end wants credentials, or others than it was given.",
    remedy: "Give a token, or a user and a password in the URL.",
  },
  AO_BACKEND_REJECTED: {
    meaning: "A back end says that the question is wrong.",
    remedy: "Correct what the message names.",
  },
  AO_BACKEND_FAILED: {
    meaning: "A back end answered that it is in trouble.",
    remedy: "Look into its log; the message has its own words.",
  },
  AO_BACKEND_ANSWER: {
    meaning: "Something answers at a back end's address, but not as this back end does.",
    remedy: "Check the address, and whether a proxy or a login stands before it.",
  },
  AO_BUDGET_EXCEEDED: {
    meaning:
      "A budget in mode block is spent, or the same call was made too often: the call was stopped before it went out.",
    remedy: "Raise the limit, wait for the next hour, day or run, or set the mode to warn.",
  },
  AO_EMBEDDED_TOKEN: {
    meaning: "The embedded process was to listen where other machines reach it, without a token.",
    remedy: "Set AGENT_OBSERVATORY_TOKEN, or leave the host at 127.0.0.1.",
  },
  AO_EMBEDDED_THREAD: {
    meaning: "A thread of the embedded process could not be started, or ended.",
    remedy: "Try again; what is asked or sent meanwhile is answered with an error and can be repeated.",
  },
  AO_PORT_TAKEN: {
    meaning: "A port that the embedded process needs is in use.",
    remedy: "End what holds the port, or choose another port as the message says.",
  },
  AO_PORT_UNUSABLE: {
    meaning: "The embedded process may not or cannot listen on an address.",
    remedy: "Choose an address of this machine and a port from 1024 up.",
  },
  AO_REDACTION_PATTERN: {
    meaning: "A redaction pattern of the program's own cannot be used.",
    remedy:
      "Give a kind of lower-case letters, digits and underscores, and a regular expression that matches some text.",
  },
  AO_RULES_FILE: {
    meaning: "A rule file cannot be read or has mistakes; the rules that run stay as they are.",
    remedy: "Repair the named lines; the files are read again when they change.",
  },
  AO_RULES_EVALUATION: {
    meaning: "A rule cannot be evaluated, or its results cannot be stored; its alerts stay as they were.",
    remedy: "Look at what the message says of the expression; the rule is tried again at its next evaluation.",
  },
  AO_RULES_STATE: {
    meaning: "The state of alerts cannot be read or saved; after a restart, alerts that wait or fire begin anew.",
    remedy: "Look at the disk and the permissions of the store's directory.",
  },
  AO_RULES_NOTIFY: {
    meaning: "A notification of alerts did not reach its receiver; what was given up is counted.",
    remedy: "Check the receiver's address and that it runs; alerts that still fire are sent again every minute.",
  },
  AO_STACK: {
    meaning:
      "The docker compose stack cannot be started or stopped: something that it needs is missing, or a service is not well.",
    remedy: "Do what the message says; docs/stack.md tells more. `agent-observatory serve` needs no Docker.",
  },
  AO_STORE_SCHEMA: {
    meaning: "The store was written by a newer version of agent-observatory; nothing was changed in it.",
    remedy: "Use that version or a newer one, or another directory.",
  },
  AO_STORE_LOCKED: {
    meaning: "Another process writes the store in this directory.",
    remedy: "Use the running process, stop it, or choose another directory.",
  },
  AO_STORE_FULL: {
    meaning: "The disk of the store is full; nothing that was acknowledged is lost, and nothing new can be stored.",
    remedy: "Free space on that disk, or lower the retention; storing goes on by itself.",
  },
  AO_STORE_CORRUPT: {
    meaning: "A file of the store is damaged; it was left as it is, and the other files go on being used.",
    remedy:
      "Look for a cause in the disk or in what else writes there; docs/store.md tells how to rescue what the file still holds.",
  },
  AO_STORE_DIRECTORY: {
    meaning: "The directory of the store cannot be created, read or written.",
    remedy: "Correct its path or permissions, or choose another directory.",
  },
  AO_STORE_LIMIT: {
    meaning: "A query selects more than fits into memory.",
    remedy: "Ask for a shorter time, or narrow the selector.",
  },
  AO_STORE_FAILED: {
    meaning: "The database of the store answered with an error that has no code of its own.",
    remedy: "Repeat it; if it stays, report the message.",
  },
} as const satisfies Readonly<Record<`AO_${string}`, CodeEntry>>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Codes that were reported once and are not any more. They must not be reused. */
export const RETIRED_ERROR_CODES: readonly string[] = [];
