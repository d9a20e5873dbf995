/** `pipewright rules`: every rule of the lint pass in one line. */
import type { Command } from "commander";
import { didYouMean } from "../nearest.ts";
import { userError } from "../config/user-error.ts";
import { FAMILIES, type PresetLevel } from "../lint/finding.ts";
import type { Rule } from "../lint/rule.ts";
import { RULES } from "../lint/rules/index.ts";
import type { Finish, GlobalOptions } from "./command.ts";
import type { Io } from "./io.ts";
import { type Paint, paintFor } from "./paint.ts";
import { table } from "./table.ts";

export function registerRules(program: Command, io: Io, finish: Finish): void {
  program
    .command("rules")
    .argument("[families...]", "only these: language, checklist, security, pipeline, script")
    .description("List the rules of the lint pass, family by family, with their levels under each preset.")
    .addHelpText(
      "after",
      "\nExamples:\n  $ pipewright rules\n  $ pipewright rules security script\n  $ pipewright rules --json | jq -r '.rules[] | select(.fixable) | .id'",
    )
    .action((families: string[], _options: unknown, command: Command) => {
      const unknown = families.find((name) => !FAMILIES.some((family) => family === name));
      if (unknown !== undefined)
        throw userError(`There is no family \`${unknown}\`.`, {
          hint: didYouMean(unknown, FAMILIES) ?? `Families are ${FAMILIES.join(", ")}.`,
        });
      const rules = RULES.filter(({ family }) => families.length === 0 || families.includes(family));
      const { json } = command.optsWithGlobals<GlobalOptions>();
      io.stdout.write(json ? asJson(rules) : asText(rules, paintFor(io.env, io.stdout)));
      finish(0);
    });
}

function asJson(rules: readonly Rule[]): string {
  const rows = rules.map(({ id, family, levels, checklist, summary, fixable }) => ({
    id,
    family,
    levels,
    ...(checklist !== undefined && { checklist }),
    summary,
    fixable: fixable === true,
  }));
  return `${JSON.stringify({ version: 1, command: "rules", ok: true, rules: rows }, undefined, 2)}\n`;
}

function asText(rules: readonly Rule[], paint: Paint): string {
  const level = (of: PresetLevel): string => (of === "off" ? "-" : of);
  const parts = FAMILIES.map((family) => {
    const rows = rules
      .filter((rule) => rule.family === family)
      .map(({ id, levels, fixable, summary }) => [
        id,
        level(levels.recommended),
        level(levels.strict),
        fixable ? "fix" : "",
        summary,
      ]);
    return rows.length === 0
      ? ""
      : `${paint.bold(family)}\n${table(paint, ["rule", "recommended", "strict", "", ""], rows)}\n`;
  });
  return `${parts.join("")}${rules.length} rules. ${paint.dim("`pipewright explain <rule>` says more of one.")}\n`;
}
