const MAX_REMEMBERED = 1024;
const NOT_ALLOWED = /[^a-zA-Z0-9_]/gu;

/** A label's name out of any text: what a name may not have becomes `_`. "" where nothing is left. */
export function sanitizeLabelName(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") return "";
  return (/^[0-9]/.test(trimmed) ? `_${trimmed}` : trimmed).replace(NOT_ALLOWED, "_");
}

/** The same, remembering the names of the fields that lines repeat. */
export function createNameCache(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    let name = known.get(text);
    if (name === undefined) {
      name = sanitizeLabelName(text);
      if (known.size < MAX_REMEMBERED) known.set(text, name);
    }
    return name;
  };
}
