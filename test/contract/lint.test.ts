/** What is compiled has no finding of the lint pass, under the preset that holds every rule. */
import { describe, expect, it } from "vitest";
import { compile } from "../../src/index.ts";
import { findingsInEmitted } from "../support/lint-emitted.ts";
import { monorepo } from "../support/monorepo.ts";
import { systems } from "../support/systems.ts";

/** What a config asks for in so many words is compiled, and found. */
const ASKED_FOR: Readonly<Record<string, readonly string[]>> = {
  // `secrets: { grant: "always" }`, and a service by its tag.
  "a system with every part": ["untrusted-artifact", "unpinned-image"],
  "a system with every part in one run": ["unpinned-image"],
  // `when: "major"`: a job of its own asks the reviewers, so the job that publishes is in no environment.
  "Charon in one run whose major releases are approved": ["secret-outside-environment"],
  "a system that no one planned for": ["unpinned-image"],
  // A package that will be published again is built without a cache.
  "the WebAuthn server that publishes nothing": ["dependency-cache"],
  // Environments that are asked for major releases alone.
  "a shop that publishes everything": ["secret-outside-environment"],
  // `scan: { block: false, sarif: false }`
  "Charon with a scan that only reports": ["scan-not-enforced"],
};

describe.each([
  ...systems.map(({ name, config }) => [name, config] as const),
  ["a monorepo, all of it", monorepo] as const,
])("%s", (name, config) => {
  it("lints clean under strict", async () => {
    const findings = await findingsInEmitted(await compile(config));
    const askedFor = ASKED_FOR[name] ?? [];
    expect(findings.filter((finding) => !askedFor.some((rule) => finding.includes(` ${rule}: `)))).toEqual([]);
  });
});
