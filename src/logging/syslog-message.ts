/** Facilities by their numbers (RFC 5424, table 1). */
const FACILITIES: Readonly<Record<string, number>> & { readonly user: number } = {
  kern: 0,
  user: 1,
  mail: 2,
  daemon: 3,
  auth: 4,
  syslog: 5,
  lpr: 6,
  news: 7,
  uucp: 8,
  cron: 9,
  authpriv: 10,
  ftp: 11,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
};

const SEVERITY: Readonly<Record<string, number>> = { error: 3, warn: 4, info: 6 };
const DEBUG = 7;
const NIL = "-";

export type SyslogSender = {
  /** One of FACILITIES. */
  readonly facility: string;
  readonly host: string;
  readonly app: string;
  readonly pid: number;
};

/** Header fields are of visible ASCII, and of a length that the RFC bounds. */
function headerField(text: string, maxLength: number): string {
  const visible = text.replace(/[^\x21-\x7e]/g, "_").slice(0, maxLength);
  return visible === "" ? NIL : visible;
}

/**
 * A syslog message (RFC 5424, section 6) around a line. The message id is the logger; there is no structured data, as the line itself is
 * structured.
 */
export function syslogMessage(
  { facility, host, app, pid }: SyslogSender,
  line: { readonly timestamp: string; readonly level: string; readonly logger: string; readonly text: string },
): string {
  const priority = (FACILITIES[facility] ?? FACILITIES.user) * 8 + (SEVERITY[line.level] ?? DEBUG);
  const header = [
    `<${priority}>1`,
    line.timestamp,
    headerField(host, 255),
    headerField(app, 48),
    String(pid),
    headerField(line.logger, 32),
    NIL,
  ];
  return `${header.join(" ")} ${line.text}`;
}
