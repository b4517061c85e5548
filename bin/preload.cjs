"use strict";
// What `agent-observatory dev` preloads into every Node process of a program. A package manager only starts the program: its own
// requests are nobody's telemetry. The program's own copy of the package goes first, so that both are the same.
var path = require("node:path");
var STARTERS = /^(npm|npx|pnpm|pnpx|yarn|yarnpkg|corepack)(-cli)?(\.c?js)?$/;

function find() {
  try {
    return require.resolve("agent-observatory/register", { paths: [process.cwd()] });
  } catch (_) {
    return path.join(__dirname, "..", "register.cjs");
  }
}

if (!STARTERS.test(path.basename(process.argv[1] || ""))) require(find());
