/** Nothing is deleted while something may still take it, and what is protected is not also on the way out. */
import { inMinutes } from "../../config/durations.ts";
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { globToExpression } from "../globs.ts";
import { branchTag, expandTag, shortSha } from "../../../templates/lib/tags.mjs";
import { tagProblems } from "../tags.ts";
import { type Pipeline, TRANSIENT_CLASSES, type TransientClass } from "../types.ts";

export function retentionProblems(config: Config, pipeline: Pipeline): Problem[] {
  const { retention } = pipeline;
  if (!retention || !config.retention) return [];
  const problems: Problem[] = [];
  const longest = longestChainMinutes(config, pipeline);
  for (const name of TRANSIENT_CLASSES) {
    const kept = Math.max(inMinutes(config.retention[name]), inMinutes(config.retention.minimumAge));
    if (kept < longest)
      problems.push({
        path: ["retention", name],
        message: `Images of this kind may be deleted after ${kept} minutes, but a build and its slowest consumer may take ${longest}.`,
        hint: `Keep them for at least ${Math.ceil(longest / 60)} hours, or raise \`minimumAge\`.`,
      });
  }
  // Patterns that cannot work have no sample; what is wrong with them is said elsewhere.
  if (tagProblems(pipeline.rules).length > 0) return problems;
  for (const [index, pattern] of config.retention.protect.entries()) {
    const matched = TRANSIENT_CLASSES.find((name) =>
      new RegExp(globToExpression(pattern)).test(sampleTag(name, pipeline)),
    );
    if (matched !== undefined)
      problems.push({
        path: ["retention", "protect", index],
        message: `"${pattern}" protects tags of the kind "${matched}", which are meant to expire: nothing of that kind would ever be deleted.`,
        hint: "Protect a narrower pattern, or give that kind a longer retention.",
      });
  }
  return problems;
}

/** From the start of a build to the end of its slowest consumer, waiting for a runner left aside. */
function longestChainMinutes(config: Config, pipeline: Pipeline): number {
  const build = Math.max(
    0,
    ...pipeline.builds.map(
      (one) => one.timeoutMinutes + (one.kind === "image" && one.scan ? one.scan.timeoutMinutes : 0),
    ),
  );
  const test = Math.max(0, ...pipeline.consumers.map((consumer) => consumer.timeoutMinutes));
  return build + test + (config.release ? inMinutes(config.release.wait) : 0);
}

function sampleTag(name: TransientClass, pipeline: Pipeline): string {
  const commit = "0123456789abcdef0123456789abcdef01234567";
  const { rules, tags, branches } = pipeline;
  if (name === "branch") return branchTag("topic/sample", commit, rules);
  return expandTag(tags[name], {
    sha: shortSha(commit, rules),
    number: "12",
    date: "2026-01-31",
    run: "123456",
    branch: branches.main,
    platform: "amd64",
  });
}
