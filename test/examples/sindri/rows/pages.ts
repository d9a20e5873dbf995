/** Sections 1.4 and 5.2 to 5.4 of Sindri's plan: what is written down. */
import { always, beyond, broken, type Requirement } from "../../support/requirement.ts";
import { actionTexts } from "../sindri-files.ts";

export const pageRows: Requirement[] = [
  always(
    "1.4, 5.4, P1 deliverables, P5 deliverables, Unit tests",
    "Each action says what it does, and what each of its inputs and outputs is.",
    {
      output: "`.github/pipewright/*/action.yml`: `description`, `inputs`, `outputs`",
      holds: (files) =>
        actionTexts(files).length > 0 &&
        actionTexts(files).every(
          (text) =>
            /^description: ./m.test(text) &&
            (text.match(/^ {2}(?!steps:)[a-z-]+:$/gm) ?? []).length ===
              (text.match(/^ {4}description: ./gm) ?? []).length,
        ),
      breaks: broken("actions/name-place", /^ {4}description: .*\n/, ""),
      proof: "test/programs/actions.test.ts",
    },
  ),
  always(
    "5.2, P5 deliverables, Operational criteria",
    "A page describes the pipeline: its stages, its tags, how long each is kept (in the place of `DOCKER_IMAGES.md`).",
    {
      output: "docs/ci-cd.md",
      holds: (files) => files.text("ci-cd.md").includes("pr-"),
      breaks: broken("ci-cd.md", "pr-", "x-"),
      proof: "test/compiler/docs.test.ts",
    },
  ),
  always(
    "5.2, P5 tests, Operational criteria",
    "A page for troubles: no image, no login, a failed deployment, a stale image.",
    {
      output: "docs/troubleshooting-ci.md",
      holds: (files) =>
        [...files.texts].some(([file, text]) => file.endsWith(".md") && /troubleshoot|[Ww]hat to do/.test(file + text)),
      breaks: (files) => ({ ...files, texts: new Map([...files.texts].filter(([file]) => !file.endsWith(".md"))) }),
      proof: "test/compiler/docs.test.ts",
    },
  ),
  always("5.3, Operational criteria", "The rollbacks stand in a page, each as the line of the config that makes it.", {
    output: "docs: the page of rollbacks",
    holds: (files) => [...files.texts].some(([file, text]) => file.endsWith(".md") && text.includes('source: "build"')),
    breaks: (files) => ({ ...files, texts: new Map([...files.texts].filter(([file]) => !file.endsWith(".md"))) }),
    proof: "test/compiler/docs-rollback.test.ts",
  }),
  beyond(
    "5.2, P5 deliverables, After launch, Appendix",
    "CLAUDE.md, the README's section on performance and `.github/actions/README.md` mention it.",
    "People; they can point to `docs/ci-cd.md`, which is kept current.",
  ),
  beyond(
    "5.3, P5 deliverables, Phase criteria",
    "A migration guide for contributors.",
    "This page, and `docs/ci-cd.md`: a contributor changes `ci.config.ts` and runs `generate`. Nothing breaks for who has workflows of their own beside it.",
  ),
];
