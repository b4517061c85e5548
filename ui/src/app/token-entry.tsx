import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState, useSyncExternalStore } from "react";
import { Button, Card, Failure, Input, Page } from "../parts/parts.tsx";
import { access } from "./backends.ts";
import css from "./token-entry.module.css";

const focusOnce = (input: HTMLInputElement | null): void => input?.focus();
type State = "waiting" | "asking" | "wrong" | { readonly error: unknown };

/** Shows the views; in their place, where the process asks for a token, the entry of one. */
export function WithToken({ children }: { readonly children: ReactNode }): ReactNode {
  const isRefused = useSyncExternalStore(access.subscribe, access.isRefused);
  return isRefused ? <TokenEntry /> : children;
}

function TokenEntry(): ReactNode {
  const [state, setState] = useState<State>("waiting");
  const queries = useQueryClient();
  const enter = async (token: string): Promise<void> => {
    setState("asking");
    try {
      if (await access.enter(token)) queries.clear();
      else setState("wrong");
    } catch (error) {
      setState({ error });
    }
  };
  return (
    <Page title="A token is needed">
      <Card>
        <form
          className={css.form}
          onSubmit={(event) => {
            event.preventDefault();
            const token = String(new FormData(event.currentTarget).get("token")).trim();
            if (token !== "") void enter(token);
          }}
        >
          <p id="token-why">
            Other machines reach this agent-observatory, so it shows what it has to those who know its token: the
            variable <code>AGENT_OBSERVATORY_TOKEN</code>, or <code>embedded.token</code> in observatory.yaml. It is
            kept for this tab, until that is closed.
          </p>
          <label>
            Token
            <Input
              name="token"
              type="password"
              autoComplete="off"
              spellCheck={false}
              ref={focusOnce}
              aria-describedby="token-why"
              aria-invalid={state === "wrong"}
            />
          </label>
          <Button type="submit" primary disabled={state === "asking"}>
            Enter
          </Button>
          {state === "wrong" && <Failure what="That is not the token." error="" />}
          {typeof state === "object" && <Failure what="Nobody answered." error={state.error} />}
        </form>
      </Card>
    </Page>
  );
}
