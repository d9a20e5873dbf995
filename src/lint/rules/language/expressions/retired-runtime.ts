import { AS_OF, retiredRuntime, runtimeOf } from "../../../../actions/runtimes.ts";
import { numbersOf, versionOf, versionsOf } from "../../../../actions/versions.ts";
import { retiredVersion } from "../../../../actions/retired-versions.ts";
import { rule } from "../../../rule.ts";
import { versionRefOf } from "./known-uses.ts";

export const retiredRuntimeRule = rule({
  id: "retired-runtime",
  family: "language",
  levels: { recommended: "warning", strict: "warning" },
  summary: "Actions run on a Node.js that GitHub's runners still have.",
  why: 'An action says which Node.js it was made for. Runners run actions for a retired one on a newer one, which they were not tested with, and warn in every run (GitHub\'s changelog, "Deprecation of Node 20 on GitHub Actions runners": Node 24 since 2026-06-16, Node 20 removed on 2026-09-23).',
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v3
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
`,
  step({ uses }, { document, report }) {
    if (uses?.kind !== "repository") return;
    const ref = versionRefOf(uses, document);
    if (retiredVersion(uses.name, ref)) return;
    const runtime = runtimeOf(uses.name, ref);
    const retired = runtime === undefined ? undefined : retiredRuntime(runtime);
    if (!runtime || !retired || retired.replaced > AS_OF) return;
    const major = numbersOf(ref)?.[0] ?? versionOf(uses.name, ref)?.version.tag.match(/\d+/)?.map(Number)[0] ?? 0;
    const newer = versionsOf(uses.name).findLast(
      (version) => retiredRuntime(version.runtime) === undefined && (numbersOf(version.tag)?.[0] ?? 0) > major,
    );
    const advice = newer
      ? `Use \`${uses.name}@v${numbersOf(newer.tag)?.[0] ?? ""}\` or later.`
      : "No newer version of it is known here: look for one, or for a successor.";
    report(
      uses.node,
      runtime === "plugin"
        ? `\`${uses.name}\` ${ref} is a plugin of the runner of 2019, which nobody maintains. ${advice}`
        : `\`${uses.name}\` ${/^[0-9a-f]{40}$/i.test(ref) ? "at this commit" : ref} is made for ${runtime}, which ${retired.removed !== undefined && retired.removed <= AS_OF ? "runners have no more" : "is retired"}; it runs on a newer Node.js. ${advice}`,
      // The last one that went: most of its actions run well on its successor, and it is still everywhere.
      runtime === "node20" ? { level: "info" } : {},
    );
  },
});
