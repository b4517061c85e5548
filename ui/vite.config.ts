import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** `npm run build` writes dist/ui. `npx vite ui` serves the sources, with the APIs of an embedded process on its usual port. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: "../dist/ui",
    emptyOutDir: true,
    // Data URLs would need a hole in the page's content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2023",
  },
  server: {
    host: "127.0.0.1",
    proxy: Object.fromEntries(
      ["/api", "/loki", "/user", "/dashboards", "/ui", "/healthz", "/readyz"].map((path) => [
        path,
        { target: "http://127.0.0.1:4319", ws: true },
      ]),
    ),
  },
});
