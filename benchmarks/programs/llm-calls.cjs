"use strict";
const { createRequire } = require("node:module");
const { reportAtExit } = require("./report.cjs");

const OpenAI = createRequire(process.env.BENCH_OPENAI_FROM)("openai");
const warmUp = Number(process.env.BENCH_WARM_UP);
const calls = Number(process.env.BENCH_CALLS);
const client = new OpenAI({ apiKey: "none", baseURL: process.env.BENCH_LLM_URL, maxRetries: 0 });

const LINE = 'Say what the report of the third quarter tells about "returns", and name the page.\n';
const prompt = LINE.repeat(Math.ceil(Number(process.env.BENCH_PROMPT_BYTES) / LINE.length));

async function call(count) {
  for (let number = 0; number < count; number += 1) {
    await client.chat.completions.create({
      model: "gpt-4o-mini",
      messages: [
        { role: "system", content: "You answer in one sentence." },
        { role: "user", content: `${number} ${prompt}` },
      ],
    });
  }
}

const cpuMs = ({ user, system }) => (user + system) / 1000;

async function main() {
  await call(warmUp);
  const start = process.cpuUsage();
  await call(calls);
  const loopMs = cpuMs(process.cpuUsage(start));
  const end = process.cpuUsage();
  reportAtExit(() => ({
    // What is sent at the end belongs to the calls, those of the warm-up too.
    cpuPerCallMs: loopMs / calls + cpuMs(process.cpuUsage(end)) / (calls + warmUp),
  }));
}

void main();
