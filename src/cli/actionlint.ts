/** A repository's own settings for actionlint: they are left as they are, and what they lack is said. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { ACTIONLINT_FILE, printIgnores, type UnknownForms } from "../compiler/actionlint.ts";
import { readSource } from "./files/stamp.ts";

/** In the order in which actionlint looks for them. */
const PLACES = [ACTIONLINT_FILE, ACTIONLINT_FILE.replace(/yaml$/, "yml")];

export interface OwnSettings {
  path: string;
  text: string;
}

/** The settings that somebody else wrote; undefined where there are none, or Pipewright's. */
export async function ownSettings(root: string): Promise<OwnSettings | undefined> {
  for (const path of PLACES) {
    const text = await readFile(resolve(root, path), "utf8").catch(() => undefined);
    if (text !== undefined && readSource(text) === undefined) return { path, text };
  }
  return undefined;
}

/** What to add to somebody's own settings, as a sentence and the lines; undefined where nothing is missing. */
export async function missingIgnores(
  settings: OwnSettings,
  files: readonly UnknownForms[],
): Promise<string | undefined> {
  const { parse } = await import("yaml");
  const rules = rulesIn(readYaml(parse, settings.text));
  const missing = files
    .map(({ path, forms }) => ({
      path,
      forms: forms.filter(({ message }) => !rules.some((rule) => rule.isFor(path) && rule.ignores(message))),
    }))
    .filter(({ forms }) => forms.length > 0);
  if (missing.length === 0) return undefined;
  return `${settings.path} is your own, and actionlint will complain of what it does not know yet. Add to it:\n\n${printIgnores(missing)}`;
}

function readYaml(parse: (text: string) => unknown, text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined; // actionlint says that itself.
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
