/** The rules on what sets findings aside. One line a rule. */
import type { Rule } from "../../rule.ts";
import { staleBaseline } from "./stale-baseline.ts";
import { suppressionReason } from "./suppression-reason.ts";
import { unknownSuppression } from "./unknown-suppression.ts";
import { unusedSuppression } from "./unused-suppression.ts";

export const suppressionRules: readonly Rule[] = [
  suppressionReason,
  unknownSuppression,
  unusedSuppression,
  staleBaseline,
];
