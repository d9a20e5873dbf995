/** Line ends of Windows, as a file has that was read there: YAML takes them for plain ones, and shells for part of a word. */

/** The value with `\n` at the end of each line of its texts; the same value where it has none of the others. */
export function withUnixLines<Value>(value: Value): Value {
  if (typeof value === "string") return (value.includes("\r\n") ? value.replaceAll("\r\n", "\n") : value) as Value;
  if (typeof value !== "object" || value === null) return value;
  let changed = false;
  const entries = Object.entries(value).map(([key, inner]: [string, unknown]) => {
    const plain = withUnixLines(inner);
    changed ||= plain !== inner;
    return [key, plain] as const;
  });
  if (!changed) return value;
  return (Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries)) as Value;
}
