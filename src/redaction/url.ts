import { marker, startsWithMarker } from "./rule.ts";
import { sensitiveParameterKind } from "./sensitive-key.ts";

const USERINFO = /^([A-Za-z][A-Za-z0-9+.-]*:)?\/\/([^/?#]*)@/;
const PARAMETER = /([?&#;])([^=&#;?]{1,200})=([^&#]*)/g;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

/** Builds the function that makes a URL safe to show: no user info, no secret parameters, and nothing that the rules know. */
export function createUrlRedactor(text: (value: string) => string): (url: string) => string {
  const parameter = (whole: string, sign: string, name: string, value: string): string => {
    const kind = sensitiveParameterKind(decoded(name));
    if (value === "" || startsWithMarker(value, 0) === value.length) return whole;
    if (kind !== undefined) return `${sign}${name}=${marker(kind)}`;
    // A value that hides what it says behind percent signs is left out as a whole if there is something to hide.
    const plain = decoded(value);
    return plain === value || text(plain) === plain ? whole : `${sign}${name}=${marker("parameter")}`;
  };
  return (url) => {
    const bare = url.replace(USERINFO, (whole, scheme: string | undefined, userinfo: string) =>
      startsWithMarker(userinfo, 0) === userinfo.length ? whole : `${scheme ?? ""}//${marker("url_credentials")}@`,
    );
    return text(bare.replace(PARAMETER, parameter));
  };
}
