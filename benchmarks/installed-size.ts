import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type InstalledSize = { readonly mb: number; readonly packages: number };

/** What an installed folder holds: on disk, without what npm itself leaves there. */
export function installedSizeMb(folder: string): InstalledSize {
  const modules = join(folder, "node_modules");
  const [kilobytes = "0"] = execFileSync("du", ["-sk", modules], { encoding: "utf8" }).split("\t");
  const packages = globSync(
    ["*/package.json", "@*/*/package.json"].flatMap((one) => [one, `**/node_modules/${one}`]),
    {
      cwd: modules,
      exclude: (name) => name === "agent-observatory",
    },
  ).length;
  return { mb: Number(kilobytes) / 1024, packages };
}

/** What `npm install agent-observatory` leaves: the package as it is published, with its dependencies. */
export function ownInstalledSizeMb(workspace: string): InstalledSize {
  const root = join(import.meta.dirname, "..");
  const npm = (args: readonly string[], cwd: string): string =>
    execFileSync("npm", [...args], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const folder = join(workspace, "installed");
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), "{}");
  // dist/ is there already: `npm run bench` builds it.
  const [{ filename }] = JSON.parse(
    npm(["pack", "--json", "--ignore-scripts", "--pack-destination", workspace], root),
  ) as [{ filename: string }];
  npm(["install", "--ignore-scripts", "--no-audit", "--no-fund", join(workspace, filename)], folder);
  const { mb, packages } = installedSizeMb(folder);
  return { mb, packages: packages + 1 };
}
