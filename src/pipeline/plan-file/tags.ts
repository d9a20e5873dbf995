/** The tag rules, as `templates/lib/tags.mjs` reads them. */
import { isBranchName } from "../branch-names.ts";
import type { Pipeline } from "../types.ts";
import type { PipelinePart } from "./schema.ts";

export const tagsPart = ({ rules }: Pipeline): PipelinePart["tags"] => ({
  shaLength: rules.shaLength,
  patterns: { ...rules.patterns },
  main: rules.main,
  integration: [...rules.integration],
  longLivedSlugs: [...rules.longLivedSlugs],
  commitBranches: [rules.main, ...rules.branches.integration.filter(isBranchName)],
  reservedBranches: [...rules.reservedBranches],
  otherClasses: [...rules.otherClasses],
  manualForbidden: [...rules.manualForbidden],
  nightly: rules.classes.nightly,
});
