import type { Command } from "commander";
import type { Io } from "./io.ts";

/** `pipewright schema` prints the JSON Schema of ci.config.json and ci.config.yaml; `schemas/` is made with it. */
export function registerSchema(program: Command, io: Io): void {
  program
    .command("schema")
    .description("print the JSON Schema of a config written in JSON or YAML")
    .addHelpText("after", "\nExample:\n  pipewright schema > ci.config.schema.json\n")
    .action(async () => {
      const { configJsonSchema } = await import("../config/json-schema.ts");
      io.stdout.write(configJsonSchema());
    });
}
