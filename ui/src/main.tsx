import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./app/ask.ts";
import { Shell } from "./app/shell.tsx";
import { viewOf } from "./app/views.ts";
import "./styles/tokens.css";
import "./styles/base.css";

/** How long the frame waits for its view, to come with it. */
const TOGETHER_MS = 300;

async function start(root: HTMLElement): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, TOGETHER_MS));
  await Promise.race([viewOf(window.location.pathname)?.load(), late]);
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <Shell />
      </QueryClientProvider>
    </StrictMode>,
  );
}

const root = document.getElementById("root");
if (root !== null) void start(root);
