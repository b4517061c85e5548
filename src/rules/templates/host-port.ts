import { isIP } from "node:net";

type HostPort = { readonly host: string; readonly port: string };

/** As Go's net.SplitHostPort; undefined where it gives an error. */
function split(text: string): HostPort | undefined {
  const colon = text.lastIndexOf(":");
  if (colon < 0) return undefined;
  const port = text.slice(colon + 1);
  let host = text.slice(0, colon);
  if (host.startsWith("[")) {
    if (host.indexOf("]") !== host.length - 1) return undefined;
    host = host.slice(1, -1);
  } else if (host.includes(":")) return undefined;
  return /[[\]]/.test(host) || /[[\]]/.test(port) ? undefined : { host, port };
}

export const stripPort = (text: string): string => split(text)?.host ?? text;

/** The first part of the host's name; addresses stay. */
export function stripDomain(text: string): string {
  const { host, port } = split(text) ?? { host: text, port: "" };
  if (isIP(host) !== 0) return text;
  const [first = ""] = host.split(".");
  if (port === "") return first;
  return first.includes(":") ? `[${first}]:${port}` : `${first}:${port}`;
}
