/** The published JSON Schema: what editors complete and check in ci.config.json and ci.config.yaml. */
import * as z from "zod";
import { configSchema } from "./schema.ts";
import { lintFileSchema } from "./schema/lint.ts";

/** A name, not an address: editors are pointed at the file itself. */
const SCHEMA_ID = "urn:pipewright:schema:config";
const LINT_SCHEMA_ID = "urn:pipewright:schema:lint";

/** The schema file's text, byte for byte. */
export const configJsonSchema = (): string => published(configSchema, SCHEMA_ID, "Pipewright config");

/** The same for `pipewright.lint.json` and `pipewright.lint.yaml`. */
export const lintJsonSchema = (): string => published(lintFileSchema, LINT_SCHEMA_ID, "Pipewright lint config");

/** A schema as a file's text, with a title on every key. */
export function published(of: z.ZodType, id: string, title: string): string {
  const schema = z.toJSONSchema(of, {
    io: "input",
    target: "draft-2020-12",
    // A duration is a custom type: its own `meta` says what it is in JSON.
    unrepresentable: "any",
  });
  const { $schema, ...rest } = schema;
  return `${JSON.stringify({ $schema, $id: id, title, ...(titled(rest) as object) }, null, 2)}\n`;
}

/** The same with a title on every setting: editors show it above the description. */
function titled(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(titled);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]: [string, unknown]) => [
      keyword,
      keyword === "properties" && typeof value === "object" && value !== null
        ? Object.fromEntries(
            Object.entries(value).map(([name, setting]: [string, unknown]) => [
              name,
              { title: titleOf(name), ...(titled(setting) as object) },
            ]),
          )
        : titled(value),
    ]),
  );
}

/** `minimumAge` is "Minimum age". */
function titleOf(name: string): string {
  const words = name
    .replace(/^\$/, "")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
