import { rule } from "../../rule.ts";
import { SUPPRESSION_LEVELS } from "../../suppressions.ts";

export const suppressionReason = rule({
  id: "suppression-reason",
  family: "language",
  levels: SUPPRESSION_LEVELS["suppression-reason"],
  summary: "A comment that sets a finding aside says why.",
  why: "Whoever reads the file next must be able to tell a decision from a shortcut, and when the reason is gone, the comment can go too.",
  onTheRun: true,
  bad: `# pipewright-ignore-file: yaml-syntax
on: push
jobs: {}
`,
  good: `# pipewright-ignore-file: yaml-syntax -- a template that is filled in before it is used
on: push
jobs: {}
`,
});
