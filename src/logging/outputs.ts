import { resolve } from "node:path";
import { builtin, type Clock, type Diagnostics } from "../base/index.ts";
import { createFileOutput, type FileOutput } from "./file-output.ts";
import type { LoggingSettings } from "./settings.ts";
import { sendAtExit } from "./syslog-exit.ts";
import { type SyslogSender, syslogMessage } from "./syslog-message.ts";
import { createSyslogOutput, type SyslogOutput, syslogTargetOf } from "./syslog-output.ts";

/** A line as it is written. */
export type Written = {
  readonly timestamp: string;
  readonly level: string;
  readonly logger: string;
  /** Without a line break at its end, and without colours. */
  readonly text: string;
  /** The same for a terminal; undefined: no different. */
  readonly colored: string | undefined;
};

/** Where the lines of all loggers go, apart from OTLP. */
export type Outputs = {
  /** Never throws. */
  readonly write: (line: Written) => void;
  /** Whether what is written to the console may have colours. */
  readonly hasColors: () => boolean;
  /** Sends what still waits for a connection to the syslog server. For the end of the process: nothing else runs meanwhile. */
  readonly end: () => void;
};

export type OutputsOptions = {
  readonly settings: LoggingSettings;
  readonly serviceName: string;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  readonly onDrop: (count: number) => void;
};

const ignore = (): void => {};

/** Writes as console.log does: a reader that is gone (`| head`) is no error of the program. */
function writeTo(stream: NodeJS.WriteStream, text: string): void {
  const quiet = stream.listenerCount("error") === 0;
  if (quiet) stream.once("error", ignore);
  try {
    stream.write(text, (error) => {
      // The stream tells of it once more, after this.
      if (error && stream.listenerCount("error") === 0) stream.once("error", ignore);
    });
  } finally {
    if (quiet) stream.removeListener("error", ignore);
  }
}

/** Opens what the settings name. A file or server that cannot be used is told of once, and everything else goes on. */
export function createOutputs({ settings, serviceName, clock, diagnostics, onDrop }: OutputsOptions): Outputs {
  const files = new Map<string, FileOutput>();
  const fileAt = (given: string | undefined): FileOutput | undefined => {
    if (given === undefined) return undefined;
    const path = resolve(given);
    let file = files.get(path);
    if (file === undefined) {
      file = createFileOutput({
        path,
        maxSizeBytes: settings.maxFileSizeBytes,
        maxFiles: settings.maxFiles,
        clock,
        onFault: (fault) => diagnostics.warnOnce(`log-file ${path} ${fault}`, `The log file ${path} ${fault}.`),
      });
      files.set(path, file);
    }
    return file;
  };
  const file = fileAt(settings.file);
  const errorFile = fileAt(settings.errorFile);

  const target = settings.syslog === undefined ? undefined : syslogTargetOf(settings.syslog);
  const syslog: SyslogOutput | undefined =
    target &&
    createSyslogOutput({
      target,
      clock,
      onFault: (fault) =>
        diagnostics.warnOnce(
          `syslog ${fault}`,
          `The syslog server at ${settings.syslog} cannot be reached (${fault}); lines wait for it, up to a megabyte.`,
        ),
      onDrop,
    });
  const sender: SyslogSender | undefined = syslog && {
    facility: settings.syslogFacility,
    host: builtin("node:os").hostname(),
    app: serviceName,
    pid: process.pid,
  };
  const stream = (): NodeJS.WriteStream | undefined => {
    if (settings.console === "none") return undefined;
    // Where stdout is the connection of an MCP server, a line on it would break that.
    return settings.console === "stderr" || settings.isStdoutTaken?.() === true ? process.stderr : process.stdout;
  };

  const attempt = (step: () => void): void => {
    try {
      step();
    } catch {
      // One output that fails keeps nothing from the others.
    }
  };
  return {
    write: (line) => {
      attempt(() => {
        const to = stream();
        if (to !== undefined) writeTo(to, `${line.colored ?? line.text}\n`);
      });
      if (file === undefined && errorFile === undefined && syslog === undefined) return;
      const text = `${line.text}\n`;
      file?.write(text);
      if (errorFile !== file && line.level === "error") errorFile?.write(text);
      if (syslog !== undefined && sender !== undefined) attempt(() => syslog.send(syslogMessage(sender, line)));
    },
    hasColors: () => {
      const to = stream();
      // NO_COLOR, FORCE_COLOR and the terminal's own word are its affair.
      return to?.isTTY === true && to.hasColors();
    },
    end: () => {
      const waiting = syslog?.takeWaiting() ?? [];
      if (target === undefined || waiting.length === 0 || sendAtExit(target, waiting)) return;
      onDrop(waiting.length);
      diagnostics.warnOnce(
        "syslog-at-exit",
        `${waiting.length} log lines could not be sent to ${settings.syslog} and are lost.`,
      );
    },
  };
}
