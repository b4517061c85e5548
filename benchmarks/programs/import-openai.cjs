"use strict";
const { createRequire } = require("node:module");
const { reportAtExit } = require("./report.cjs");

createRequire(process.env.BENCH_OPENAI_FROM)("openai");
const readyAtMs = performance.timeOrigin + performance.now();
reportAtExit(() => ({ readyAtMs }));
