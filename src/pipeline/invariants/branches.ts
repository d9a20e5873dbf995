/** Branches and the tags that move with them can be told apart. */
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { readPattern } from "../../workflow/filters.ts";
import { branchPattern, isBranchName } from "../branch-names.ts";
import { classifyTag, TAG_CLASSES } from "../tags.ts";
import type { Pipeline } from "../types.ts";

export function branchProblems(config: Config, pipeline: Pipeline): Problem[] {
  const { main, integration } = config.branches;
  const problems: Problem[] = [];
  if (!isBranchName(main))
    problems.push({
      path: ["branches", "main"],
      message: `"${main}" is a pattern, and a repository has one default branch.`,
      hint: "Write its name.",
    });
  for (const [index, branch] of integration.entries())
    if ([main, ...integration.slice(0, index)].includes(branch))
      problems.push({
        path: ["branches", "integration", index],
        message: `The branch "${branch}" is declared twice.`,
        hint: "Remove it here.",
      });
  for (const kind of ["integration", "feature"] as const)
    problems.push(
      ...config.branches[kind].flatMap((pattern, index) => patternProblems(pattern, kind, ["branches", kind, index])),
    );
  const taken = [
    ...(config.nightly ? ["nightly"] : []),
    ...(config.release && config.copies.length > 0 ? ["release"] : []),
  ].filter((name) => [main, ...integration].includes(name));
  for (const name of taken)
    problems.push({
      path: ["branches"],
      message: `In \`channels\` and \`copies\`, "${name}" means the ${name} images, and could not name the branch as well.`,
      hint: "Rename the branch, or do without the other.",
    });
  return [...problems, ...channelTagProblems(config, pipeline)];
}

function patternProblems(pattern: string, kind: "integration" | "feature", path: Problem["path"]): Problem[] {
  if (pattern.startsWith("!") && kind === "integration")
    return [
      {
        path,
        message: `"${pattern}" takes branches out, but each of these is to match integration branches by itself.`,
        hint: "Write patterns that match no other branch, such as `release-[0-9]+`.",
      },
    ];
  const positive = pattern.replace(/^!/, "");
  if (readPattern(kind === "integration" ? branchPattern(positive) : positive) !== undefined) return [];
  return [
    {
      path,
      message: `GitHub cannot read the pattern "${pattern}", which so matches no branch.`,
      hint: "Put a `\\` before a `[`, `+` or `?` that is meant as itself.",
    },
  ];
}

function channelTagProblems(config: Config, pipeline: Pipeline): Problem[] {
  const movedBy = new Map<string, string>();
  return pipeline.channels.flatMap(({ of, tag }): Problem[] => {
    const path = config.channels && of in config.channels ? ["channels", of] : ["branches"];
    if (!isBranchName(of))
      return [
        {
          path,
          message: `"${of}" is a pattern: several branches would move the tag "${tag}" to and fro.`,
          hint: "Give a channel to a branch of its own.",
        },
      ];
    const other = movedBy.get(tag);
    movedBy.set(tag, of);
    if (other !== undefined)
      return [
        {
          path,
          message: `"${other}" and "${of}" would both move the tag "${tag}".`,
          hint: "Give each a tag of its own.",
        },
      ];
    const read = TAG_CLASSES.filter((name) => name !== "channel").find((name) =>
      new RegExp(pipeline.rules.classes[name]).test(tag),
    );
    if (read !== undefined && read !== "branch" && classifyTag(tag, pipeline.rules) === "channel")
      return [
        {
          path,
          message: `The moving tag "${tag}" reads as a tag of the class ${read}, whose builds would overwrite it.`,
          hint: "Choose another.",
        },
      ];
    return [];
  });
}
