import { rule } from "../../rule.ts";
import { SUPPRESSION_LEVELS } from "../../suppressions.ts";

export const unknownSuppression = rule({
  id: "unknown-suppression",
  family: "language",
  levels: SUPPRESSION_LEVELS["unknown-suppression"],
  summary: "A comment that sets a finding aside names a rule that exists.",
  why: "A misspelt name sets nothing aside, and the finding that it was meant for is still reported.",
  onTheRun: true,
  bad: `# pipewright-ignore-file: yaml-sintax -- a template that is filled in before it is used
on: push
jobs: {}
`,
  good: `# pipewright-ignore-file: yaml-syntax -- a template that is filled in before it is used
on: push
jobs: {}
`,
});
