/**
 * Puts one version of the AI SDK into a folder as what it is called there, `ai`: it is installed here under alias names, which no program of
 * a user has.
 */
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { SDKS_DIRECTORY } from "../process/run-program.ts";

export const AI_SDK_VERSIONS = [5, 6, 7] as const;
export type AiSdkVersion = (typeof AI_SDK_VERSIONS)[number];

/** A folder whose programs import this version; gone after use. */
export type VersionFolder = AsyncDisposable & { readonly directory: string };

const INSTALLED: Readonly<Record<AiSdkVersion, { readonly ai: string; readonly openai: string }>> = {
  5: { ai: "ai-5", openai: "ai-sdk-openai-2" },
  6: { ai: "ai-6", openai: "ai-sdk-openai-3" },
  7: { ai: "ai", openai: "@ai-sdk/openai" },
};

export async function createVersionFolder(version: AiSdkVersion): Promise<VersionFolder> {
  const installed = join(SDKS_DIRECTORY, "node_modules");
  const { ai, openai } = INSTALLED[version];
  const directory = await mkdtemp(join(SDKS_DIRECTORY, "running-ai-sdk-"));
  const modules = join(directory, "node_modules");
  await mkdir(join(modules, "ai", "dist"), { recursive: true });
  await mkdir(join(modules, "@ai-sdk"));
  await cp(join(installed, ai, "package.json"), join(modules, "ai", "package.json"));
  await cp(join(installed, ai, "dist"), join(modules, "ai", "dist"), {
    recursive: true,
    filter: (source) => !source.endsWith(".map") && !/\.d\.m?ts$/.test(source),
  });
  // What the version was installed with; where there is nothing, the folder above has it.
  if (version !== 7) await symlink(join(installed, ai, "node_modules"), join(modules, "ai", "node_modules"));
  await symlink(join(installed, openai), join(modules, "@ai-sdk", "openai"));
  return {
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
