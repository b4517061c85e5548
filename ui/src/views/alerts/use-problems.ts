import type { UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import { queryClient, useAskOnce } from "../../app/ask.ts";
import { access } from "../../app/backends.ts";
import { refreshNow, useTime } from "../../app/url-state.ts";
import { type Problem, problemsOf } from "./alert-facts.ts";
import { isSilencedBy, listSilences, type SilenceFacts } from "./silence-client.ts";

export type Problems = {
  readonly rules: UseQueryResult<unknown, Error>;
  readonly problems: readonly Problem[] | undefined;
  readonly silences: UseQueryResult<readonly SilenceFacts[], Error>;
};

const SILENCES = "silences";

/** The alerting rules with what is active of them, and the silences: those of now, whatever time range is looked at. */
export function useProblems(): Problems {
  const { refreshMs } = useTime();
  const rules = useAskOnce(["alert-rules"], ({ prometheus }) => prometheus.rules("alert"), { refreshMs });
  const silences = useAskOnce([SILENCES], () => listSilences(access.fetch), { refreshMs });
  const problems = useMemo(
    () =>
      rules.data &&
      problemsOf(rules.data, (labels) => (silences.data ?? []).filter((silence) => isSilencedBy(silence, labels))),
    [rules.data, silences.data],
  );
  return { rules, problems, silences };
}

/** After one was written. */
export async function askSilencesAgain(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: [SILENCES] });
  refreshNow();
}
