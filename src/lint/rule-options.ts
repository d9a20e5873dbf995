/** A rule's options, as its schema describes them. */
import * as z from "zod";
import type { OptionValue, Rule } from "./rule.ts";

export interface RuleOption {
  name: string;
  type: string;
  default: unknown;
  description: string | undefined;
}

interface JsonSchema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  default?: unknown;
  description?: string;
  properties?: Record<string, JsonSchema>;
}

/** What the options of a rule may be; those that are left out get their defaults. */
export const schemaOf = ({ options }: Rule): z.ZodType =>
  z.object(
    Object.fromEntries(
      Object.entries<OptionValue>(options ?? {}).map(([name, option]) => [name, schemaOfOption(option)]),
    ),
  );

function schemaOfOption(option: OptionValue): z.ZodType {
  if (option.type === "texts") return z.array(z.string()).default([...option.default]);
  const number = option.integer ? z.number().int() : z.number();
  return (option.least === undefined ? number.positive() : number.min(option.least)).default(option.default);
}

export function optionsOf(rule: Rule): RuleOption[] {
  if (rule.options === undefined) return [];
  const schema = z.toJSONSchema(schemaOf(rule), { io: "input", unrepresentable: "any" }) as JsonSchema;
  return Object.entries(schema.properties ?? {}).map(([name, option]) => ({
    name,
    type: typeOf(option),
    default: option.default,
    description: option.description,
  }));
}

function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" or ");
  if (schema.type === "array") return `list of ${schema.items ? typeOf(schema.items) : "anything"}`;
  return [schema.type ?? "anything"].flat().join(" or ");
}
