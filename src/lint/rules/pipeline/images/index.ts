/** One line a rule. */
import type { Rule } from "../../../rule.ts";
import { redundantImageBuild } from "./redundant-image-build.ts";
import { tagMismatch } from "./tag-mismatch.ts";

export const imageRules: readonly Rule[] = [
  redundantImageBuild,
  tagMismatch,
];
