"use strict";
// Plain enough for any Node, so that an old one gets a sentence instead of a syntax error, and the program still runs.
var version = process.versions.node.split(".");
if (Number(version[0]) < 24 || (Number(version[0]) === 24 && Number(version[1]) < 12)) {
  process.stderr.write(
    "agent-observatory: Node 24.12 or newer is needed, this is " +
      process.versions.node +
      "; the program runs without it.\n",
  );
} else {
  require("./dist/register.js");
}
