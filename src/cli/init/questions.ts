import { createInterface } from "node:readline/promises";
import { UsageError } from "../command.ts";
import type { Answers } from "./config-text.ts";

/** What is wrong with an answer, or nothing. */
type Check = (given: string) => string | undefined;

const isNumber: Check = (given) =>
  /^\d+(?:\.\d+)?$/.test(given) && Number(given) < 1e6 ? undefined : "Expected a number from 0 up.";
const isYesNo: Check = (given) => (/^(?:y|yes|n|no)$/i.test(given) ? undefined : "Expected yes or no.");

export const CHECKS: Readonly<Record<keyof Answers, Check>> = {
  serviceName: (given) =>
    given.length <= 200 && !/[\p{Cc}]/u.test(given)
      ? undefined
      : "Expected a name on one line, of at most 200 characters.",
  environment: (given) =>
    /^[\w.-]{1,64}$/.test(given) ? undefined : "Expected a word such as production, staging or development.",
  endpoint: (given) =>
    given === "console" || (/^https?:\/\/[^\s/]/i.test(given) && URL.canParse(given))
      ? undefined
      : "Expected a URL that begins with http:// or https://, or console.",
  captureContent: isYesNo,
  slowerThanSeconds: (given) => isNumber(given) ?? (Number(given) >= 0.001 ? undefined : "Expected more than nothing."),
  costlierThanUsd: isNumber,
  budgetPerRunUsd: isNumber,
  budgetBlocks: isYesNo,
};

const QUESTIONS: readonly (readonly [name: keyof Answers, question: string])[] = [
  ["serviceName", "What is the service called?"],
  ["environment", "Which environment is it, where AGENT_ENVIRONMENT does not say?"],
  ["endpoint", "Where does telemetry go? (URL of an OTLP receiver, or console)"],
  ["captureContent", "Record prompts, answers and arguments, redacted?"],
  ["slowerThanSeconds", "From how many seconds on is a run slow, and always kept?"],
  ["costlierThanUsd", "From how many US dollars on is it dear, and always kept?"],
  ["budgetPerRunUsd", "How many US dollars may one run cost? (0: no budget)"],
  ["budgetBlocks", "Stop further calls of a run that has spent them, instead of only telling?"],
];

const shown = (value: Answers[keyof Answers]): string =>
  typeof value === "boolean" ? (value ? "yes" : "no") : String(value);

/** An answer as it is written, for `fallback`'s kind of value. */
function answerAs(given: string, fallback: Answers[keyof Answers]): Answers[keyof Answers] {
  if (typeof fallback === "boolean") return /^y/i.test(given);
  return typeof fallback === "number" ? Number(given) : given;
}

export type Asking = {
  readonly ask: (defaults: Answers) => Promise<Answers>;
  readonly confirm: (question: string) => Promise<boolean>;
  readonly close: () => void;
};

/** Asks on the terminal; an empty answer takes what stands in brackets. Throws `UsageError` where the answers end before the questions. */
export function openQuestions(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Asking {
  const lines = createInterface({ input, output: undefined, terminal: false, crlfDelay: Number.POSITIVE_INFINITY });
  // Not `question`: lines that are piped in at once would be lost between two of them.
  const answers = lines[Symbol.asyncIterator]();
  const ask = async (question: string, fallback: string, check: Check): Promise<string> => {
    for (;;) {
      output.write(`${question} [${fallback}] `);
      const { value, done } = await answers.next();
      if (done === true) {
        output.write("\n");
        throw new UsageError("the answers ended before the questions; --yes takes what stands in brackets");
      }
      const given = value.trim() === "" ? fallback : value.trim();
      const wrong = check(given);
      if (wrong === undefined) return given;
      output.write(`${wrong}\n`);
    }
  };
  return {
    ask: async (defaults) => {
      const found: Record<string, Answers[keyof Answers]> = { ...defaults };
      for (const [name, question] of QUESTIONS)
        found[name] = answerAs(await ask(question, shown(defaults[name]), CHECKS[name]), defaults[name]);
      return found as unknown as Answers;
    },
    confirm: async (question) => /^y/i.test(await ask(question, "no", isYesNo)),
    close: () => lines.close(),
  };
}
