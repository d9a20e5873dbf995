import { Argument, type Command } from "commander";
import type { Io } from "./io.ts";

/** `pipewright schema` prints the JSON Schema of ci.config.json, of what is generated from it, or of what `lint` reads and prints; `schemas/` is made with it. */
export function registerSchema(program: Command, io: Io): void {
  program
    .command("schema")
    .description("print the JSON Schema of a config written in JSON or YAML")
    .addArgument(
      new Argument(
        "[what]",
        "the config, the generated plan.json, the file pipewright.lint.*, or the report of `lint --reporter json`",
      )
        .choices(["config", "plan", "lint", "lint-report"])
        .default("config"),
    )
    .addHelpText("after", "\nExamples:\n  $ pipewright schema > ci.config.schema.json\n  $ pipewright schema lint\n")
    .action(async (what: string) => {
      if (what === "lint-report") {
        const { lintReportJsonSchema } = await import("../lint/reporters/json-schema.ts");
        io.stdout.write(lintReportJsonSchema());
        return;
      }
      if (what === "plan") {
        const { planJsonSchema } = await import("../pipeline/plan-file/json-schema.ts");
        io.stdout.write(planJsonSchema());
        return;
      }
      const { configJsonSchema, lintJsonSchema } = await import("../config/json-schema.ts");
      io.stdout.write(what === "lint" ? lintJsonSchema() : configJsonSchema());
    });
}
