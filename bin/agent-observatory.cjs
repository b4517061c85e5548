#!/usr/bin/env node
"use strict";
// Plain enough for any Node, so that an old one gets a sentence instead of a syntax error.
var version = process.versions.node.split(".");
if (Number(version[0]) < 24 || (Number(version[0]) === 24 && Number(version[1]) < 12)) {
  process.stderr.write("agent-observatory needs Node 24.12 or newer; this is Node " + process.versions.node + ".\n");
  process.exitCode = 1;
} else {
  require("../dist/cli/main.js");
}
