const formatters = new Map<string, Intl.DateTimeFormat>();

/** How a language calls the zone at a time. Throws `RangeError` for a zone that does not exist. */
function nameOf(zone: string, timeMs: number, timeZoneName: "longOffset" | "short", language = "en-GB"): string {
  const key = `${language} ${timeZoneName} ${zone.toLowerCase()}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat(language, { timeZone: zone, timeZoneName, year: "numeric" });
    formatters.set(key, formatter);
  }
  return formatter.formatToParts(timeMs).find(({ type }) => type === "timeZoneName")?.value ?? "";
}

/** Whether it is UTC or a name of the IANA database. */
export function isTimeZone(zone: string): boolean {
  try {
    nameOf(zone, 0, "longOffset");
    return !/^[+-]/.test(zone);
  } catch {
    return false;
  }
}

/** Seconds that a zone is east of UTC at a time. Throws `RangeError` for a zone that does not exist. */
export function zoneOffsetS(zone: string, timeMs: number): number {
  if (zone === "UTC") return 0;
  const [, sign, hours = "0", minutes = "0", seconds = "0"] =
    /([+-])(\d+):?(\d+)?:?(\d+)?/.exec(nameOf(zone, timeMs, "longOffset")) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
}

// Abbreviations of their own part of the world are all that a language knows.
const LANGUAGES = ["en-GB", "en-US"];

/** Its abbreviation; undefined where it has none, as an offset alone. */
export function zoneAbbreviation(zone: string, timeMs: number): string | undefined {
  if (zone === "UTC") return "UTC";
  if (/^[+-]/.test(zone)) return undefined;
  return LANGUAGES.map((language) => nameOf(zone, timeMs, "short", language)).find(
    (name) => !/^(?:GMT|UTC)[+-]/.test(name),
  );
}
