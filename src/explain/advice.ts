import type { ErrorCategory } from "../errors/index.ts";

/** What to look at next, by the category of an error (docs/errors.md). */
export const ADVICE: Readonly<Record<ErrorCategory, string>> = {
  timeout:
    "Compare its duration with the time that was allowed (timeout of the client, of a proxy before it), and with what such a call usually takes: agent-observatory query 'histogram_quantile(0.95, sum by (le, model) (rate(llm_request_duration_seconds_bucket[1h])))'.",
  budget:
    "Look what was spent and by whom before it was stopped: the budget is named in the error; costSummary() and the board of costs tell who spends. Raise the limit if this was no mistake.",
  rate_limit:
    "Look how many requests and tokens went out in that minute (llm_requests_total, llm_tokens_total), whether the account has quota left, and whether retries wait as long as the answer's Retry-After says.",
  auth: "Check the key that this process has: is it set, is it the one of this environment, may it use this model or resource?",
  validation:
    "Compare what was sent with what the other side expects: its message names the member. For a tool, look at the arguments that the model made up.",
  content_filter:
    "Look at the input that was refused, and at which category the provider names; with content capture on it is in the trace.",
  context_length:
    "Look at the input tokens of the calls before, which grow from call to call: shorten the history, cut results of tools, or choose a model with a larger window.",
  tool: "Look at the tool's own error and arguments above, then at its code: the model only passed them on.",
  model:
    "Check the name of the model and whether the account may use it; where the answer could not be used, look at the answer.",
  network:
    "Check from that machine that the host can be reached (name, proxy, firewall, TLS), and whether others failed at the same time: agent-observatory traces --status error --since 1h.",
  api: "Look whether the provider has trouble (its status page), and whether a retry or a fallback to another model is set.",
  cancelled:
    "Find out who called it off: an AbortSignal of the program, a client that closed its connection, or a user.",
  internal: "Look at the stack: it is a mistake in the program's own code, and it can be repeated with the same input.",
  unknown: "Look at the message and the log lines around it; a narrower error class or code would tell more.",
};
