/** What a path of Google's model APIs names. */
export type ModelPath = {
  readonly model: string;
  /** `generateContent`, `streamRawPredict`, … */
  readonly action: string;
  /** Whose model it is (`google`, `anthropic`, …), where the path tells. */
  readonly publisher?: string;
  /** `us-central1`, `global`, …: on Vertex AI only. */
  readonly location?: string;
};

const MODEL = /\/(models|tunedModels|endpoints|dynamic)\/([^/:]{1,256}):([A-Za-z]{1,64})$/;
const PUBLISHER = /\/publishers\/([^/]{1,64})\/models\//;
const LOCATION = /\/projects\/[^/]{1,256}\/locations\/([^/]{1,64})\//;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Reads `…/models/MODEL:ACTION`, as the Gemini API and Vertex AI have it; undefined for any other path. */
export function readModelPath(path: string): ModelPath | undefined {
  const match = MODEL.exec(path);
  if (match?.[2] === undefined || match[3] === undefined) return undefined;
  const publisher = PUBLISHER.exec(path)?.[1];
  const location = LOCATION.exec(path)?.[1];
  return {
    model: match[1] === "models" ? decode(match[2]) : `${match[1]}/${decode(match[2])}`,
    action: match[3],
    ...(publisher !== undefined && { publisher }),
    ...(location !== undefined && { location }),
  };
}
