"use strict";
const { readFileSync, writeSync } = require("node:fs");

/** The pipe that measure.ts opens: stdout and stderr stay the program's. */
const REPORT_FD = 3;

/** Peak of this process alone: the kernel's own maxRSS starts with the peak of the parent that forked it. */
function peakRssBytes() {
  try {
    return Number(/^VmHWM:\s*(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

/** Reports at the very end, after whatever a preload does on the way out. `more` may add what is known only then. */
exports.reportAtExit = (more) => {
  process.once("exit", () => {
    writeSync(REPORT_FD, JSON.stringify({ peakRssBytes: peakRssBytes(), ...more() }));
  });
};
