import { EMBEDDED_SETTINGS } from "./embedded-settings.ts";
import type { JsonSchema } from "./kinds.ts";
import { fileSettings, SETTINGS, type SettingRow, type Table } from "./settings.ts";
import type { SECTIONS } from "./yaml-file.ts";

const TABLES: Readonly<Record<(typeof SECTIONS)[number], { readonly table: Table; readonly doc: string }>> = {
  telemetry: { table: SETTINGS, doc: "What telemetry in the program runs by." },
  embedded: { table: EMBEDDED_SETTINGS, doc: "What the embedded process (agent-observatory serve, dev) runs by." },
};

/** `${NAME}` and `${NAME:-value}` stand for the environment's value, whatever the kind. */
const REFERENCE: JsonSchema = { type: "string", pattern: "\\$\\{" };

function leafSchema({ kind, doc, default: told, env }: SettingRow): JsonSchema {
  const variables = env.length === 0 ? "" : ` Variable: ${env.join(", ")}.`;
  // `key:` without a value is how YAML writes "not set".
  return {
    description: `${doc} Default: ${told.replaceAll("`", "")}.${variables}`.replace(/\.\./g, "."),
    anyOf: [kind.json ?? {}, REFERENCE, { type: "null" }],
  };
}

type Section = { type: readonly string[]; description?: string; additionalProperties: false; properties: Properties };
type Properties = { [key: string]: Section | JsonSchema };

const section = (description?: string): Section => ({
  type: ["object", "null"],
  ...(description !== undefined && { description }),
  additionalProperties: false,
  properties: {},
});

function sectionSchema(table: Table, doc: string): Section {
  const whole = section(doc);
  for (const name of fileSettings(table)) {
    const path = name.split(".");
    const leaf = path.pop() as string;
    let at = whole;
    for (const part of path) {
      at.properties[part] ??= section();
      at = at.properties[part] as Section;
    }
    at.properties[leaf] = leafSchema(table[name] as SettingRow);
  }
  return whole;
}

/** The JSON Schema (draft 7) of observatory.yaml, made from the tables of settings: what editors complete and check by. */
export function configSchema(): JsonSchema {
  const sections = Object.entries(TABLES).map(([name, { table, doc }]) => [name, sectionSchema(table, doc)]);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "observatory.yaml",
    description:
      "Configuration of agent-observatory. Any value may be a reference to the environment: a name in braces after a dollar sign.",
    ...section(),
    properties: Object.fromEntries(sections) as Properties,
  };
}
