/** `consumers.e2e.needs[0]`, in backquotes; the whole config has no path. */
export function nameOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "The config";
  return `\`${dotted(path)}\``;
}

function dotted(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      const name = String(part);
      if (!/^[\w$-]+$/.test(name)) return `[${JSON.stringify(name)}]`;
      return index === 0 ? name : `.${name}`;
    })
    .join("");
}
