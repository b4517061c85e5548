/** A text as one word of a shell's command, for commands to copy: whatever it holds, it runs nothing. Without control characters, which a terminal obeys. */
export function shellWord(text: string): string {
  const visible = text.replace(/\p{Cc}/gu, "");
  return /^[\w@%+=:,./-]+$/.test(visible) ? visible : `'${visible.replaceAll("'", "'\\''")}'`;
}
