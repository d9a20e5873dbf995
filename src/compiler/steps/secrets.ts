/** Names the secrets that a job lacks before it does anything; the program never sees a value. */
import { keepsSecrets } from "../../pipeline/plan-file/publish.ts";
import { publishedSecrets } from "../../pipeline/secrets.ts";
import type { PublishTarget } from "../../pipeline/types.ts";
import type { Step } from "../../workflow/model.ts";
import { expression } from "../expressions.ts";
import { useProgram } from "./program.ts";

/** @param condition when the secrets are asked for; always without it */
export function lookForSecrets(secrets: readonly string[], condition?: string): Step[] {
  const lines = [...new Set(secrets)].map((secret) => `  "${secret}": ${expression(`secrets.${secret} != ''`)}`);
  if (lines.length === 0) return [];
  return [
    useProgram("preflight", {
      name: "Look for missing secrets",
      if: condition,
      with: { present: `{\n${lines.join(",\n")}\n}\n` },
    }),
  ];
}

/** The secrets of a target that only its own job sees. */
export const lookForOwnSecrets = (target: PublishTarget): Step[] =>
  keepsSecrets(target) ? lookForSecrets(publishedSecrets(target)) : [];
