/** The rules of the family `security`, one line each. */
import type { Rule } from "../../rule.ts";
import { scriptInjection } from "./script-injection.ts";
import { scriptInjectionAcrossFiles } from "./script-injection-across-files.ts";
import { scriptInjectionByWriters } from "./script-injection-by-writers.ts";

export const securityRules: readonly Rule[] = [
  scriptInjection,
  scriptInjectionAcrossFiles,
  scriptInjectionByWriters,
];
