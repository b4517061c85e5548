/** How large a part without a file name may be, and how many are kept: they are parameters such as `model`. */
const MAX_FIELD_BYTES = 64 * 1024;
const MAX_FIELDS = 100;
const MAX_HEADER_BYTES = 16 * 1024;

/** A part that is a file: only how large it is. */
export type MultipartFile = { readonly sizeBytes: number; readonly contentType?: string };

export type MultipartReader = {
  readonly feed: (chunk: Uint8Array) => void;
  /** The parts by their names, the first of a name; texts of fields, and sizes of files. */
  readonly result: () => Readonly<Record<string, string | MultipartFile>>;
};

/** The boundary in a content type of `multipart/form-data`; undefined for any other. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^\s*multipart\/form-data\b/i.test(contentType)) return undefined;
  const found = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(contentType);
  return found?.[1] ?? found?.[2];
}

type Part = { name: string; fileName: boolean; contentType?: string; sizeBytes: number; pieces: Buffer[] };

function readPartHead(text: string): Part | undefined {
  const name = /^content-disposition:[^\r\n]*?;\s*name="([^"\r\n]*)"/im.exec(text)?.[1];
  if (name === undefined) return undefined;
  const contentType = /^content-type:\s*([^\r\n;]+)/im.exec(text)?.[1]?.trim();
  const fileName = /^content-disposition:[^\r\n]*;\s*filename\*?=/im.test(text);
  return { name, fileName, sizeBytes: 0, pieces: [], ...(contentType !== undefined && { contentType }) };
}

/** Reads the fields of a form that arrives in chunks (RFC 7578), and passes over its files. */
export function createMultipartReader(boundary: string): MultipartReader {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const headEnd = Buffer.from("\r\n\r\n");
  const parts: Record<string, string | MultipartFile> = Object.create(null) as Record<string, string | MultipartFile>;
  let count = 0;
  // The first delimiter has no line end before it.
  let rest: Buffer = Buffer.from("\r\n");
  let state: "body" | "head" | "over" = "body";
  let part: Part | undefined;

  const addBody = (bytes: Buffer): void => {
    if (part === undefined) return;
    part.sizeBytes += bytes.length;
    // Copied: the transport may reuse or hand away the memory under the chunk.
    if (!part.fileName && part.sizeBytes <= MAX_FIELD_BYTES) part.pieces.push(Buffer.from(bytes));
  };
  const finishPart = (): void => {
    if (part === undefined) return;
    const { name, fileName, sizeBytes, contentType, pieces } = part;
    part = undefined;
    if (count >= MAX_FIELDS || name in parts) return;
    if (fileName) parts[name] = { sizeBytes, ...(contentType !== undefined && { contentType }) };
    else if (sizeBytes <= MAX_FIELD_BYTES) parts[name] = Buffer.concat(pieces).toString("utf8");
    count += 1;
  };

  /** Takes what `bytes` surely say; returns what must wait for more. */
  const take = (bytes: Buffer): Buffer => {
    let at = 0;
    while (state !== "over") {
      if (state === "body") {
        const found = bytes.indexOf(delimiter, at);
        if (found === -1) {
          const sure = Math.max(at, bytes.length - delimiter.length + 1);
          addBody(bytes.subarray(at, sure));
          return bytes.subarray(sure);
        }
        addBody(bytes.subarray(at, found));
        finishPart();
        at = found + delimiter.length;
        state = "head";
        continue;
      }
      const closes = bytes.length - at >= 2 && bytes.toString("latin1", at, at + 2) === "--";
      const end = closes ? -1 : bytes.indexOf(headEnd, at);
      if (closes || (end === -1 && bytes.length - at > MAX_HEADER_BYTES)) {
        state = "over";
      } else if (end === -1) {
        return bytes.subarray(at);
      } else {
        part = readPartHead(bytes.toString("utf8", at, end));
        at = end + headEnd.length;
        state = "body";
      }
    }
    return Buffer.alloc(0);
  };

  return {
    feed: (chunk) => {
      if (state === "over") return;
      // Copied by concat, so what waits is ours.
      rest = take(Buffer.concat([rest, chunk]));
    },
    result: () => ({ ...parts }),
  };
}
