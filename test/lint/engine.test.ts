import { expect, it } from "vitest";
import { openDocument } from "../../src/workflow/document/open.ts";
import { readSource } from "../../src/workflow/document/source-file.ts";
import { lintDocument, lintRepository } from "../../src/lint/engine.ts";
import { NO_FILES } from "../../src/lint/repository.ts";
import { repositoryRule, rule } from "../../src/lint/rule.ts";
import { DEFAULT_SETTINGS } from "../../src/lint/settings.ts";

it("says which rule failed, where, and how to go on without it", async () => {
  const texts = {
    id: "fragile",
    family: "language",
    levels: { recommended: "error", strict: "error" },
    summary: "S.",
    why: "W.",
    bad: "",
    good: "",
  } as const;
  const fail = (): void => {
    throw new TypeError("x is undefined");
  };
  const document = openDocument(await readSource(".github/workflows/ci.yml", "on: push\n"));
  expect(() => lintDocument(document, [rule({ ...texts, document: fail })], DEFAULT_SETTINGS)).toThrow(
    "The rule `fragile` failed on .github/workflows/ci.yml: x is undefined. `--skip fragile` leaves it out.",
  );
  expect(() =>
    lintRepository(
      { documents: [document], files: NO_FILES, complete: true },
      [repositoryRule({ ...texts, repository: fail })],
      DEFAULT_SETTINGS,
    ),
  ).toThrow("The rule `fragile` failed on the repository");
});
