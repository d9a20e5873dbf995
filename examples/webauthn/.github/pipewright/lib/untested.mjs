// What is promoted must be what was tested: it is no fallback to promote what nobody has tested.
import { fail } from "./log.mjs";

/** Of a class of event: whether tags, people or releases depend on what such a run builds. */
export const isPromoted = (kind) => !["pullRequest", "feature", "queue"].includes(kind);

/**
 * Where nothing is promoted, what was made from the sources proves as much. Else this ends the step where a test would run on something else than what is published.
 *
 * @param published `kind`, the class of event that was built, and the `digest` that was handed on
 */
export function refuseUntested({ kind, digest }, facts) {
  if (digest === "" || kind === "" || !isPromoted(kind)) return;
  fail(
    "What is published cannot be had, and a test of anything else says nothing of it. Re-run the failed jobs once the registry answers.",
    [`Class: ${kind}`, ...facts],
  );
}
