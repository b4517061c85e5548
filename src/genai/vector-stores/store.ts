import type { RequestTarget } from "../formats/format.ts";
import type { JsonObject } from "../formats/reading.ts";
import type { Template } from "../json-projector.ts";

/** What one request to a vector store does. Never what is searched for, nor any vector. */
export type StoreRequest = {
  readonly operation: string;
  /** It looks for what is near to something. */
  readonly isQuery: boolean;
  readonly collection?: string;
  readonly namespace?: string;
  readonly topK?: number;
  /** How many numbers a vector of the request has. */
  readonly dimension?: number;
  /** How many queries or records it carries, where it may carry several. */
  readonly batchSize?: number;
};

export type StoreAnswer = {
  readonly returned?: number;
  readonly error?: string;
  /** A collection's name by the id under which later requests speak of it. */
  readonly named?: { readonly id: string; readonly name: string };
};

/** The HTTP API of one vector store. Pure, and tolerates any input. */
export type VectorStore = {
  /** `db.system.name`. */
  readonly system: string;
  readonly matches: (target: RequestTarget) => boolean;
  readonly requestTemplate: Template;
  readonly responseTemplate: Template;
  /** Undefined where path and body together are not this store's. */
  readonly readRequest: (body: JsonObject, target: RequestTarget) => StoreRequest | undefined;
  readonly readResponse: (body: JsonObject) => StoreAnswer;
};

/** A part of a path, decoded; as it stands where it is not encoded right. */
export function pathPart(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
