/** The plan's rollbacks: each is a line that the config can take. */
import { all, beyond, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import { commands, DEPLOYING, deploysImage } from "../sindri-files.ts";

const fromSources = (files: Parameters<typeof commands>[0], file: string): boolean =>
  !deploysImage(files, file) &&
  commands(files, file, "Deploy from the sources").includes("flyctl deploy") &&
  files.step(file, "test", "Deploy from the sources")?.if === undefined;
const building = all(
  "consumers.*.source",
  DEPLOYING.map((key) => set(`consumers.${key}.source`, "build")),
);

export const rollbackRows: Requirement[] = [
  fromConfig(
    "Immediate rollback, Risk response, 5.3",
    "At once: every test deploys from the sources again, and images stay where they are.",
    {
      given: building,
      line: all(
        "consumers.*.source",
        DEPLOYING.map((key) => deleted(`consumers.${key}.source`)),
      ),
      output: "the twelve files: job `test`, step `Deploy from the sources`, without a condition",
      holds: (files) => DEPLOYING.every((file) => fromSources(files, file)),
      proof: "test/execution/pipeline/sindri-main.test.ts",
    },
  ),
  fromConfig("Partial rollback, 5.3", "In part: one workflow deploys from the sources, the others keep the image.", {
    given: set("consumers.per-extension.source", "build"),
    line: deleted("consumers.per-extension.source"),
    output: "per-extension.yml: job `test`, step `Deploy from the sources`",
    holds: (files) => fromSources(files, "per-extension") && deploysImage(files, "integration"),
    proof: "test/execution/pipeline/sindri-main.test.ts",
  }),
  fromConfig(
    "Full rollback",
    "In full: without the image's build and what rests on it, its workflows are gone at the next `generate`.",
    {
      given: set("consumers", { "manager-validation": { run: "./tests/manager-validation.sh" } }),
      line: set("consumers", { integration: { needs: "sindri", run: "true" } }),
      output: "the twelve files, removed",
      holds: (files) => DEPLOYING.every((file) => files.workflow(file) === undefined),
      proof: "test/cli/generate.test.ts",
    },
  ),
  beyond("Full rollback", "`flyctl apps destroy sindri-registry`, where nobody wants the images any more.", "People."),
  beyond(
    "Rollback test, Operational criteria, Acceptance, Technical risks",
    "The rollbacks are tried before they are needed.",
    "These rows compile and judge them in each run of the tests; the first two are played as well.",
    "test/execution/pipeline/sindri-main.test.ts",
  ),
  beyond("Rollback test", "Somebody may decide it.", "People: whoever may merge."),
];
