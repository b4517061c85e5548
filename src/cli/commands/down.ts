import { defineCommand, EXIT, UsageError } from "../command.ts";
import { remark } from "../output.ts";
import { dockerFor } from "../stack/docker.ts";
import { stackDown } from "../stack/stack.ts";

export const command = defineCommand({
  usage: ["[flags]"],
  about: "Stops the stack that `up` started. What it stored stays, unless --volumes.",
  examples: ["agent-observatory down"],
  flags: {
    volumes: {
      kind: "switch",
      short: "v",
      doc: "Remove what was stored, too: traces, metrics, logs, Grafana's password.",
    },
    profile: { kind: "list", value: "NAME", doc: "As it was given to `up`." },
    settings: { kind: "text", value: "FILE", doc: "As it was given to `up`." },
  },
  run: async ({ flags, positionals, terminal }) => {
    if (positionals[0] !== undefined)
      throw new UsageError(`down takes flags only, got ${JSON.stringify(positionals[0])}`);
    stackDown(dockerFor(terminal, { profiles: flags.profile, envFile: flags.settings }), flags.volumes);
    remark(
      terminal,
      flags.volumes
        ? "The stack is stopped, and what it stored is gone."
        : "The stack is stopped; what it stored stays.",
    );
    return EXIT.ok;
  },
});
