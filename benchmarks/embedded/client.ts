/** Sends and asks as an exporter and a dashboard would, and tells how long it took. */
import { Agent, request } from "node:http";

const SENDERS = 4;
const PATIENCE_MS = 100;
const LOOK_EVERY_MS = 10;
const LOOK_FOR_MS = 60_000;

/** Nothing, or a partial success in which nothing is said. */
const TOOK_EVERYTHING = new Set(["", "0a00"]);

const agent = new Agent({ keepAlive: true, maxSockets: SENDERS });

/** Throws where anything of it is not taken. */
function post(url: string, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: "POST", agent, headers: { "content-type": "application/x-protobuf" } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => void chunks.push(chunk));
        response.on("end", () => {
          const status = response.statusCode ?? 0;
          const answer = Buffer.concat(chunks).toString("hex");
          if (status < 300 && TOOK_EVERYTHING.has(answer)) resolve();
          // A full queue asks for patience, as an exporter would have.
          else if (status === 429 || status === 503) setTimeout(() => resolve(post(url, body)), PATIENCE_MS);
          else reject(new Error(`expected ${url} to take everything, got ${status} and 0x${answer.slice(0, 200)}`));
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Sends all requests, in order or over a few connections at once. */
export async function sendAll(url: string, bodies: Iterable<Buffer>, inOrder = false): Promise<void> {
  const iterator = bodies[Symbol.iterator]();
  const sender = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) await post(url, next.value);
  };
  await Promise.all(Array.from({ length: inOrder ? 1 : SENDERS }, sender));
}

export async function ask(url: string): Promise<unknown> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`expected an answer of ${url}, got ${response.status}: ${text.slice(0, 200)}`);
  return JSON.parse(text);
}

/** Asks until the answer is the wanted one: what is acknowledged need not be stored yet everywhere. */
export async function askUntil(url: string, isWanted: (answer: unknown) => boolean): Promise<void> {
  const startMs = performance.now();
  for (;;) {
    const answer = await ask(url).catch((error: Error) => error);
    if (!(answer instanceof Error) && isWanted(answer)) return;
    if (performance.now() - startMs > LOOK_FOR_MS) {
      const told = answer instanceof Error ? answer.message : JSON.stringify(answer).slice(0, 300);
      throw new Error(`expected ${url} to have what was sent, got ${told}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Milliseconds from the question to the end of the answer, one after the other. */
export async function timed(url: string, times: number): Promise<number[]> {
  const figures: number[] = [];
  for (let i = 0; i < times; i++) {
    const startMs = performance.now();
    const response = await fetch(url);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`expected an answer of ${url}, got ${response.status}`);
    figures.push(performance.now() - startMs);
  }
  return figures;
}
