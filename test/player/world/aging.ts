/** Moves every date in what is given into the past, each once. */
export function makeOlder(values: readonly unknown[], milliseconds: number): void {
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if (value instanceof Date) value.setTime(value.getTime() - milliseconds);
    else for (const item of Object.values(value)) visit(item);
  };
  visit(values);
}
