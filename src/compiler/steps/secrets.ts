/** Names the secrets that a job lacks before it does anything; the program never sees a value. */
import { publishedSecrets } from "../secrets.ts";
import type { PublishTarget } from "../../pipeline/types.ts";
import type { Step } from "../../workflow/model.ts";
import { expression } from "../expressions.ts";
import { useProgram } from "./program.ts";

export interface NeededSecret {
  secret: string;
  /** What it is for, in a few words. */
  for: string;
}

/** @param condition when the secrets are asked for; always without it */
export function lookForSecrets(needed: readonly NeededSecret[], condition?: string): Step[] {
  if (needed.length === 0) return [];
  const once = needed.filter(({ secret }, index) => needed.findIndex((other) => other.secret === secret) === index);
  return [
    useProgram("preflight", {
      name: "Look for missing secrets",
      ...(condition !== undefined && { if: condition }),
      with: {
        needed: JSON.stringify(
          once.map(({ secret, for: purpose }) => ({
            secret,
            for: purpose,
            present: expression(`secrets.${secret} != ''`),
            required: true,
          })),
          null,
          2,
        ),
        "settings-url": expression("format('{0}/{1}/settings/secrets/actions', github.server_url, github.repository)"),
      },
    }),
  ];
}

/** Whether only the target's own job sees its secrets, so that nobody can look for them earlier. */
export const keepsSecrets = ({ environment }: PublishTarget): boolean =>
  environment !== undefined && environment.when === "always" && environment.secrets === "environment";

/** The secrets of a target that only its own job sees. */
export const lookForOwnSecrets = (target: PublishTarget): Step[] =>
  keepsSecrets(target)
    ? lookForSecrets(
        publishedSecrets(target).map((secret) => ({
          secret,
          for: `to publish ${target.key}; it belongs to the environment ${target.environment?.name ?? ""}`,
        })),
      )
    : [];
