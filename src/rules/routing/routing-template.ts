/**
 * The template that `alertmanager/start.sh` makes Alertmanager's configuration of, by the same rules: a block between `# when` and `# end` stays
 * where one of the words after "when" is on, and `${NAME}` becomes a setting, fit for a text in double quotes. A test compares both.
 */
export function renderRouting(
  template: string,
  on: ReadonlySet<string>,
  settings: Readonly<Record<string, string>>,
): string {
  const kept: string[] = [];
  /** Of the blocks around a line, whether each stays. */
  const blocks: boolean[] = [];
  for (const line of template.split("\n")) {
    const [mark, verb, ...words] = line.trim().split(/\s+/);
    if (mark === "#" && verb === "when") blocks.push(words.some((word) => on.has(word)));
    else if (mark === "#" && verb === "end") blocks.pop();
    else if (blocks.every(Boolean))
      kept.push(line.replaceAll(/\$\{([A-Z_]+)\}/g, (_, name: string) => quoted(settings[name])));
  }
  return kept.join("\n");
}

const quoted = (text = ""): string => text.replaceAll(/["\\]/g, "\\$&");
