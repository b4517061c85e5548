/** Pieces of a Go time layout: the reference time's parts stand for the parts to be written. */
const ELEMENTS = [
  "January",
  "Monday",
  "2006",
  "-07:00:00",
  "-070000",
  "-07:00",
  "-0700",
  "-07",
  "Z07:00:00",
  "Z070000",
  "Z07:00",
  "Z0700",
  "Z07",
  "002",
  "__2",
  "Jan",
  "Mon",
  "MST",
  "01",
  "02",
  "03",
  "04",
  "05",
  "06",
  "15",
  "PM",
  "pm",
  "_2",
  "1",
  "2",
  "3",
  "4",
  "5",
] as const;

export type TimeElement = (typeof ELEMENTS)[number];
export type LayoutPiece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "element"; readonly element: TimeElement }
  /** Digits of a second's fraction after `separator`; `trims` leaves zeros at the end out. */
  | { readonly kind: "fraction"; readonly separator: string; readonly digits: number; readonly trims: boolean };

const FRACTION = /([.,])(0+|9+)(?!\d)/y;

function elementAt(layout: string, at: number): TimeElement | undefined {
  for (const element of ELEMENTS) {
    if (!layout.startsWith(element, at)) continue;
    // "Janet" and "Month" are words; "_2006" is a line before a year.
    if ((element === "Jan" || element === "Mon") && /[a-z]/.test(layout[at + 3] ?? "")) return undefined;
    if (element === "_2" && layout.startsWith("_2006", at)) return undefined;
    return element;
  }
  return undefined;
}

export function readLayout(layout: string): LayoutPiece[] {
  const pieces: LayoutPiece[] = [];
  let text = "";
  const flush = (): void => {
    if (text !== "") pieces.push({ kind: "text", text });
    text = "";
  };
  for (let at = 0; at < layout.length; ) {
    FRACTION.lastIndex = at;
    const fraction = FRACTION.exec(layout);
    const element = elementAt(layout, at);
    if (fraction !== null) {
      flush();
      const digits = fraction[2] ?? "";
      const trims = digits.startsWith("9");
      pieces.push({ kind: "fraction", separator: fraction[1] ?? ".", digits: digits.length, trims });
      at += fraction[0].length;
    } else if (element !== undefined) {
      flush();
      pieces.push({ kind: "element", element });
      at += element.length;
    } else {
      text += layout[at];
      at += 1;
    }
  }
  flush();
  return pieces;
}

/** Seconds east of UTC as an element like `-07:00` or `Z0700` writes them. */
export function writeOffset(element: TimeElement, offsetS: number): string {
  if (element.startsWith("Z") && offsetS === 0) return "Z";
  const magnitude = Math.abs(offsetS);
  const parts = [magnitude / 3600, (magnitude / 60) % 60, magnitude % 60].map((part) =>
    Math.floor(part).toString().padStart(2, "0"),
  );
  const count = element.replaceAll(/[^0-9]/g, "").length / 2;
  return (offsetS < 0 ? "-" : "+") + parts.slice(0, count).join(element.includes(":") ? ":" : "");
}
