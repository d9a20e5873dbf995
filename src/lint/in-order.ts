import type { Finding } from "./finding.ts";

/** By file, then by place; the same thing said twice (through an alias, say) is said once. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const sorted = [...findings].sort(
    (a, b) =>
      compare(a.file, b.file) ||
      a.span.start - b.span.start ||
      a.span.end - b.span.end ||
      compare(a.rule, b.rule) ||
      compare(a.message, b.message),
  );
  return sorted.filter((finding, index) => {
    const before = sorted[index - 1];
    return (
      !before ||
      before.rule !== finding.rule ||
      before.file !== finding.file ||
      before.span.start !== finding.span.start ||
      before.span.end !== finding.span.end ||
      before.message !== finding.message
    );
  });
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
