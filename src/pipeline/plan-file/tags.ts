/** The tag rules, as `templates/lib/tags.mjs` reads them. */
import { isPlainName } from "../../workflow/filters.ts";
import type { Pipeline } from "../types.ts";
import type { PipelinePart } from "./schema.ts";

export const tagsPart = ({ rules }: Pipeline): PipelinePart["tags"] => ({
  shaLength: rules.shaLength,
  patterns: { ...rules.patterns },
  main: rules.main,
  integration: [...rules.integration],
  longLivedSlugs: [...rules.longLivedSlugs],
  commitBranches: [rules.main, ...rules.branches.integration.filter(isPlainName)],
  reservedBranches: [...rules.reservedBranches],
  otherClasses: [...rules.otherClasses],
  manualForbidden: [...rules.manualForbidden],
  nightly: rules.classes.nightly,
});
