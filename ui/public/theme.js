// Before the first paint, so that a dark page does not begin white.
try {
  const theme = localStorage.getItem("agent-observatory.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {}
