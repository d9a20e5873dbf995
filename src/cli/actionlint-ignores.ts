/** What somebody's own settings for actionlint lack, so that it finds nothing in the generated workflows. */
import { parseDocument } from "yaml";
import { printIgnores, type UnknownForms } from "../compiler/actionlint.ts";
import type { OwnSettings } from "./actionlint.ts";

/** What to add to somebody's own settings, as a sentence and the lines; undefined where nothing is missing. */
export function missingIgnores(settings: OwnSettings, files: readonly UnknownForms[]): string | undefined {
  const rules = rulesIn(readYaml(settings.text));
  const missing = files
    .map(({ path, forms }) => ({
      path,
      forms: forms.filter(({ message }) => !rules.some((rule) => rule.isFor(path) && rule.ignores(message))),
    }))
    .filter(({ forms }) => forms.length > 0);
  if (missing.length === 0) return undefined;
  return `${settings.path} is your own, and actionlint will complain of what it does not know yet. Add to it:\n\n${printIgnores(missing)}`;
}

/** Undefined for what is no YAML: actionlint says that itself. */
function readYaml(text: string): unknown {
  try {
    const document = parseDocument(text);
    return document.errors.length > 0 ? undefined : document.toJS();
  } catch {
    return undefined; // An alias of nothing.
  }
}

interface Rule {
  isFor: (path: string) => boolean;
  ignores: (message: string) => boolean;
}

/** `paths: { GLOB: { ignore: [EXPRESSION] } }` (actionlint, docs/config.md). */
function rulesIn(settings: unknown): Rule[] {
  const paths = at(settings, "paths");
  if (typeof paths !== "object" || paths === null) return [];
  return Object.entries(paths).map(([glob, rule]) => {
    const ignore = at(rule, "ignore");
    const expressions = Array.isArray(ignore) ? ignore.filter((text) => typeof text === "string") : [];
    return {
      isFor: (path) => globExpression(glob).test(path),
      ignores: (message) => expressions.some((text) => matches(text, message)),
    };
  });
}

const at = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;

/** Go's expressions are nearly JavaScript's; one that is not is taken for one that does not match. */
function matches(expression: string, message: string): boolean {
  try {
    return new RegExp(expression).test(message);
  } catch {
    return false;
  }
}

/** The globs of doublestar, which actionlint takes: `**`, `*`, `?`, `[a-z]` and `{yml,yaml}`. */
function globExpression(glob: string): RegExp {
  const source = glob.replace(/\*\*\/?|\*|\?|\{[^{}]*\}|\[[^\]]*\]|[^*?{[]+|[{[]/g, (part) => {
    if (part.startsWith("**")) return part.endsWith("/") ? "(?:.*/)?" : ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part.length > 1 && part.startsWith("[")) return part.replace(/^\[!/, "[^");
    if (part.length > 1 && part.startsWith("{"))
      return `(?:${part
        .slice(1, -1)
        .split(",")
        .map((one) => globExpression(one).source.slice(1, -1))
        .join("|")})`;
    return part.replace(/[\\^$.|+()[\]{}]/g, "\\$&");
  });
  return new RegExp(`^${source}$`);
}
