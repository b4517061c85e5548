/**
 * The configuration: the one owner of the environment and of observatory.yaml. One table (settings.ts) says what can be set. Reads the
 * environment, that file and the nearest package.json; must never throw, never echo a secret, and load YAML only if there is a file.
 */
export type { Config, Problem } from "./config.ts";
export { EMBEDDED_SETTINGS, type EmbeddedSettingName } from "./embedded-settings.ts";
export type { ErrorPattern } from "./error-patterns.ts";
export { type ConfigInput, type LoadedConfig, loadConfig, strictError } from "./load.ts";
export {
  type EmbeddedConfig,
  type EmbeddedInput,
  embeddedError,
  type LoadedEmbeddedConfig,
  loadEmbeddedConfig,
  NO_PAGE_ENVIRONMENTS,
} from "./load-embedded.ts";
export { nearest } from "./near.ts";
export { configSchema } from "./schema.ts";
export { FILE_SETTINGS, SETTINGS } from "./settings.ts";
