import type { ReactNode } from "react";
import { Button } from "../parts/parts.tsx";
import { useThemeName } from "./theme-name.ts";

const KEY = "agent-observatory.theme";

/** Light or dark: the system's choice (public/theme.js) until somebody chooses. */
export function ThemeButton(): ReactNode {
  const isDark = useThemeName() === "dark";
  const change = (): void => {
    const theme = isDark ? "light" : "dark";
    Object.assign(document.documentElement.dataset, { theme, themeChosen: "true" });
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Where nothing may be kept, the choice lasts as long as the page.
    }
  };
  const title = isDark ? "Light theme" : "Dark theme";
  return (
    <Button onClick={change} aria-label={title} title={title}>
      {isDark ? "☀" : "☾"}
    </Button>
  );
}
