/** What may stand between the word that tells of a place and its numbers. */
const BETWEEN = Uint8Array.from({ length: 128 }, (_, code) =>
  /[-+\s"'\\:=[\](){},;/.\d]/.test(String.fromCharCode(code)) ? 1 : 0,
);
const REACH = 48;

const PLACE =
  /(?:(?<![A-Za-z])[Ll]at|(?<=[a-z])Lat|LAT|latitude|(?<![A-Za-z])[Ll](?:on|ng)|(?<=[a-z])L(?:on|ng)|LON|LNG|longitude|coord(?:inate)?s?|gps(?:[ _]?(?:location|position))?|geo(?:[ _]?(?:location|point|position))?)(?: (?:is|are|at|of|was))?$/i;
const MAP_PARAMETER = /[?&](?:q|ll|sll|center|daddr|saddr|origin|destination|mlat|mlon|query|viewpoint)$/i;
const IS_MAP = /geo:|maps?\b|openstreetmap|[?&](?:ll|mlat|mlon|lat|lon)=/i;

/** Whether a decimal number is part of a place on Earth: a word or the URL of a map says so. Three decimals are some hundred meters. */
export function isGeoNumber(found: string, text: string, start: number): boolean {
  if (Number(found) > 180) return false;
  let at = start;
  const floor = Math.max(0, start - REACH);
  while (at > floor && BETWEEN[text.charCodeAt(at - 1)] === 1) at--;
  if (at === floor && floor > 0) return false;
  const head = text.slice(Math.max(0, at - 24), at);
  if (PLACE.test(head)) return true;
  if (!head.endsWith("/@") && !head.endsWith("@") && !MAP_PARAMETER.test(head)) return false;
  return IS_MAP.test(text.slice(Math.max(0, start - 160), start));
}
