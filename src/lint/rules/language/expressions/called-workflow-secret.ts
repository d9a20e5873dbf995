import { didYouMean } from "../../../../nearest.ts";
import { repositoryRule } from "../../../rule.ts";
import { declaredIn, isRequired, localCallsOf } from "./called-workflows.ts";

const CALLED = `on:
  workflow_call:
    secrets:
      token:
        required: true
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: ./test.sh
        env:
          TOKEN: \${{ secrets.token }}
`;

const caller = (secrets: string): string => `on: push
jobs:
  test:
    uses: ./.github/workflows/test.yml
${secrets}`;

export const calledWorkflowSecret = repositoryRule({
  id: "called-workflow-secret",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "A called workflow gets the secrets that it declares, and all that it requires.",
  why: "GitHub refuses the caller's file: no job of it starts.",
  bad: [
    { ".github/workflows/ci.yml": caller(""), ".github/workflows/test.yml": CALLED },
    {
      ".github/workflows/ci.yml": caller(
        "    secrets:\n      token: ${{ secrets.TOKEN }}\n      key: ${{ secrets.KEY }}\n",
      ),
      ".github/workflows/test.yml": CALLED,
    },
  ],
  good: [
    {
      ".github/workflows/ci.yml": caller("    secrets:\n      token: ${{ secrets.TOKEN }}\n"),
      ".github/workflows/test.yml": CALLED,
    },
    { ".github/workflows/ci.yml": caller("    secrets: inherit\n"), ".github/workflows/test.yml": CALLED },
  ],
  repository({ repository, report }) {
    for (const { document, job, path, called, trigger } of localCallsOf(repository)) {
      if (!called || !trigger || !job.uses || job.secrets?.inherit) continue;
      const declared = declaredIn(trigger, "secrets");
      const names = new Set([...declared.keys()].map((name) => name.toLowerCase()));
      const passed = job.secrets?.passed ?? new Map();
      for (const { key } of passed.values()) {
        if (names.has(key.value.toLowerCase())) continue;
        report(
          document,
          key,
          `The workflow \`${path}\` declares no secret \`${key.value}\`. ${declared.size === 0 ? "It declares none." : (didYouMean(key.value, [...declared.keys()]) ?? "")}`.trim(),
          { related: [{ in: called, at: trigger.node, message: "Its secrets are declared here." }] },
        );
      }
      const given = new Set([...passed.keys()].map((name) => name.toLowerCase()));
      for (const [name, definition] of declared) {
        if (!isRequired(definition) || given.has(name.toLowerCase())) continue;
        report(
          document,
          job.uses.node,
          `The workflow \`${path}\` requires the secret \`${name}\`. Pass it under \`secrets:\`.`,
          { related: [{ in: called, at: definition, message: "It is declared here." }] },
        );
      }
    }
  },
});
