/** Writes a config as TypeScript with the builders, or as YAML. */
import { stringify } from "yaml";
import type { ConfigInput } from "../../config/schema.ts";

export type Format = "ts" | "yaml";

export function printConfig(config: ConfigInput, format: Format): string {
  if (format === "yaml")
    return `# Pipewright's config. \`pipewright generate\` compiles it into .github/workflows.\n${stringify(config, { lineWidth: 0 })}`;
  const used = new Set<string>(["defineConfig"]);
  const body = print(config, "", used, []);
  const names = [...used].sort();
  return `import { ${names.join(", ")} } from "pipewright";\n\nexport default defineConfig(${body});\n`;
}

/** Where a line is broken; a key and its punctuation take a few columns more. */
const WIDTH = 96;

function print(value: unknown, indent: string, used: Set<string>, path: readonly string[]): string {
  const key = path.at(-1) ?? "";
  if (Array.isArray(value))
    return fit(
      "[",
      value.map((element) => print(element, `${indent}  `, used, [...path, "[]"])),
      "]",
      { indent, key },
    );
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const builder = path.length === 2 && path[0] === "builds" && "kind" in value ? String(value.kind) : undefined;
  if (builder !== undefined) used.add(builder);
  if (
    path.length === 1 &&
    path[0] === "registry" &&
    "host" in value &&
    value.host === "ghcr.io" &&
    "namespace" in value
  ) {
    used.add("ghcr");
    return `ghcr(${JSON.stringify(value.namespace)})`;
  }
  const members = Object.entries(value)
    .filter(([name]) => builder === undefined || name !== "kind")
    .map(
      ([name, member]: [string, unknown]) =>
        `${/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)}: ${print(member, `${indent}  `, used, [...path, name])}`,
    );
  // The outermost levels read as a list, whatever their length.
  const isOpen = path.length === 0 || (path.length === 1 && (path[0] === "builds" || path[0] === "consumers"));
  const object = members.length === 0 ? "{}" : fit("{ ", members, " }", { indent, key }, isOpen);
  if (builder === undefined) return object;
  return members.length === 0 ? `${builder}()` : `${builder}(${object})`;
}

function fit(
  open: string,
  parts: readonly string[],
  close: string,
  { indent, key }: { indent: string; key: string },
  isOpen = false,
): string {
  const line = `${open}${parts.join(", ")}${close}`;
  if (!isOpen && !line.includes("\n") && indent.length + key.length + line.length <= WIDTH) return line;
  return `${open.trim()}\n${parts.map((part) => `${indent}  ${part},\n`).join("")}${indent}${close.trim()}`;
}
