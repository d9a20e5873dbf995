/** The reference of the config, made from its published schema. */
import { code, sections, table } from "../../src/compiler/docs/markdown.ts";

interface Schema {
  title?: string;
  description?: string;
  type?: string | string[];
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  pattern?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  examples?: unknown[];
}

const INTRODUCTION = `# The config

\`ci.config.ts\` says what is built, who tests it, and how long it is kept. The same model can be written as \`.mts\`, \`.js\`, \`.mjs\`, \`.json\` or \`.yaml\`; for the last two, point your editor at \`schemas/config.schema.json\`.

Durations are written \`seconds(30)\`, \`minutes(15)\`, \`hours(24)\`, \`days(7)\` in TypeScript and \`"30s"\`, \`"15m"\`, \`"24h"\`, \`"7d"\` elsewhere. Builds are made with \`image({…})\`, \`bake({…})\` and \`files({…})\`, what is published with \`publishImages\`, \`npmPackage\`, \`mavenPackage\`, \`githubRelease\` and \`deploy\`, registries as [their own page](registries.md) says; in JSON and YAML a build and a target name their \`kind\`, and a registry its \`host\`.

The commands of a consumer find the image's local name in \`IMAGE\` (and, where there are several, in \`IMAGE_<BUILD>\`), the folder of a files build in \`FILES_<BUILD>\`, and the values of the matrix in \`MATRIX_<KEY>\`. Scripts hold no \`\${{ }}\`: GitHub would paste the value into the code.

This page is made from the schema.`;

export function configReference(schema: Schema): string {
  return `${sections(INTRODUCTION, ...group("The whole", "", schema))}`;
}

/** One table for the keys of an object, then one for each object below it. */
function group(title: string, path: string, schema: Schema): string[] {
  const properties = Object.entries(schema.properties ?? {}).filter(([name]) => name !== "$schema");
  const rows = properties.map(([name, property]) => [
    code(name),
    typeOf(property),
    defaultOf(name, property, schema),
    property.description ?? "",
  ]);
  const below = properties
    .filter(([name]) => name !== "pipelines")
    .flatMap(([name, property]) =>
      objectsIn(property).flatMap(({ suffix, object }) =>
        group("", `${path}${path ? "." : ""}${name}${suffix}`, object),
      ),
    );
  return [
    `## ${path === "" ? title : code(path)}`,
    ...(schema.description && path !== "" ? [schema.description] : []),
    table(["Key", "Value", "Default", ""], rows),
    ...below,
  ];
}

/** The objects that a value may be, and how a path reaches into them. */
function objectsIn(schema: Schema): { suffix: string; object: Schema }[] {
  if (schema.properties) return [{ suffix: "", object: schema }];
  const variants = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const kinds = variants.flatMap((variant) =>
    objectsIn(variant).map(({ suffix, object }) => ({ suffix: suffix + kindOf(object), object })),
  );
  const items = schema.items
    ? objectsIn(schema.items).map(({ suffix, object }) => ({ suffix: `[]${suffix}`, object }))
    : [];
  const values =
    typeof schema.additionalProperties === "object"
      ? objectsIn(schema.additionalProperties).map(({ suffix, object }) => ({ suffix: `.*${suffix}`, object }))
      : [];
  return [...kinds, ...items, ...values];
}

const kindOf = (object: Schema): string => {
  const kind = object.properties?.["kind"]?.const;
  if (typeof kind === "string") return ` (${kind})`;
  if (object.properties?.["uses"]) return " (action)";
  return object.properties?.["run"] && object.properties["when"] ? " (command)" : "";
};

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum) return schema.enum.map((value) => code(JSON.stringify(value))).join(", ");
  const variants = schema.properties ? undefined : (schema.anyOf ?? schema.oneOf);
  if (variants) return [...new Set(variants.map(typeOf))].join(" or ");
  if (schema.type === "array") return `list of ${schema.items ? typeOf(schema.items) : "anything"}`;
  if (schema.type === "object")
    return typeof schema.additionalProperties === "object" ? `map of ${typeOf(schema.additionalProperties)}` : "object";
  if (schema.examples?.includes("15m")) return "duration";
  return [schema.type ?? "anything"].flat().join(" or ");
}

function defaultOf(name: string, property: Schema, parent: Schema): string {
  if (property.default === undefined || property.const !== undefined)
    return parent.required?.includes(name) ? "required" : "";
  const text = JSON.stringify(property.default);
  return text === "{}" || text === "[]" ? "" : code(text);
}
