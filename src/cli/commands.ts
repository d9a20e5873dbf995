/** The commands, one line each. A command's module is loaded only when it is called. */
import type { Register } from "./command.ts";

export interface CommandEntry {
  name: string;
  summary: string;
  load: () => Promise<Register>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "generate",
    summary: "write the workflow files that the config declares",
    load: async () => (await import("./generate.ts")).registerGenerate,
  },
  {
    name: "check",
    summary: "say whether the workflow files are what the config declares",
    load: async () => (await import("./check.ts")).registerCheck,
  },
  {
    name: "lint",
    summary: "say what is wrong with the workflows and actions of a repository",
    load: async () => (await import("./lint.ts")).registerLint,
  },
  {
    name: "explain",
    summary: "explain a rule of the lint pass",
    load: async () => (await import("./explain.ts")).registerExplain,
  },
  {
    name: "rules",
    summary: "list the rules of the lint pass",
    load: async () => (await import("./rules.ts")).registerRules,
  },
  {
    name: "explain-config",
    summary: "show what runs on which event, which tags appear, and how long things live",
    load: async () => (await import("./explain-config.ts")).registerExplainConfig,
  },
  {
    name: "init",
    summary: "write a config from what this repository holds",
    load: async () => (await import("./init.ts")).registerInit,
  },
  {
    name: "update",
    summary: "move the pins of actions in the config to their newest versions",
    load: async () => (await import("./update.ts")).registerUpdate,
  },
  {
    name: "schema",
    summary: "print the JSON Schema of a config written in JSON or YAML",
    load: async () => (await import("./schema.ts")).registerSchema,
  },
];
