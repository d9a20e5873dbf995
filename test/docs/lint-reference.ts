/** The reference of the lint rules, one page a family, made from the rules themselves. */
import { code, sections, table } from "../../src/compiler/docs/markdown.ts";
import { filesOf, listOf } from "../../src/lint/examples.ts";
import { FAMILIES, type Family } from "../../src/lint/finding.ts";
import { EXAMPLE_PATH, type Example, type Rule } from "../../src/lint/rule.ts";
import { optionsOf } from "../../src/lint/rule-options.ts";

const ABOUT: Readonly<Record<Family, string>> = {
  language: "Does GitHub accept the file, and does it mean what it says?",
  checklist: "The practices that keep a pipeline fast, cheap and calm.",
  security: "Who can make the pipeline do what?",
  pipeline: "Do the files fit together?",
  script: "Do the scripts in `run:` stop when something fails, and do what they seem to?",
};

export function lintPages(rules: readonly Rule[]): { path: string; text: string }[] {
  const families = FAMILIES.filter((family) => rules.some((rule) => rule.family === family));
  const index = sections(
    "# The rules",
    `${rules.length} rules in ${families.length} families. \`pipewright explain <rule>\` prints what these pages say. This page is made from the rules.`,
    ...families.flatMap((family) => [
      `## [${family}](rules/${family}.md)`,
      ABOUT[family],
      table(
        ["Rule", "recommended", "strict", "Fix", ""],
        rules
          .filter((rule) => rule.family === family)
          .map((rule) => [
            `[${rule.id}](rules/${family}.md#${rule.id})`,
            rule.levels.recommended,
            rule.levels.strict,
            rule.fixable ? "yes" : "",
            rule.summary,
          ]),
      ),
    ]),
  );
  return [
    { path: "docs/lint/rules.md", text: index },
    ...families.map((family) => ({
      path: `docs/lint/rules/${family}.md`,
      text: sections(
        `# ${family}`,
        `${ABOUT[family]} Made from the rules; [all families](../rules.md).`,
        ...rules.filter((rule) => rule.family === family).flatMap(section),
      ),
    })),
  ];
}

function section(rule: Rule): string[] {
  const { id, levels, checklist, summary, why, fixable, optInFix } = rule;
  const options = optionsOf(rule);
  const facts = [
    `${levels.recommended} under recommended, ${levels.strict} under strict`,
    ...(checklist === undefined ? [] : [`item ${checklist} of the checklist`]),
    ...(fixable ? [optInFix ? "a fix that is applied when it is named" : "fixable"] : []),
  ];
  const [bad = ""] = listOf(rule.bad);
  const [good = ""] = listOf(rule.good);
  return [
    `## ${id}`,
    summary,
    `_${facts.join("; ")}._`,
    why,
    "Found in:",
    ...blocks(bad),
    "Not in:",
    ...blocks(good),
    ...(options.length === 0
      ? []
      : [
          table(
            ["Option", "Value", "Default", ""],
            options.map(({ name, type, default: fallback, description }) => [
              code(name),
              type,
              fallback === undefined ? "" : code(JSON.stringify(fallback)),
              description ?? "",
            ]),
          ),
        ]),
  ];
}

const blocks = (example: Example): string[] =>
  filesOf(example).flatMap(({ path, text }) => [
    ...(path === EXAMPLE_PATH ? [] : [code(path)]),
    fenced(text, /\.ya?ml$/.test(path) ? "yaml" : "text"),
  ]);

/** An indented copy would not do: a script may hold a fence of its own. */
function fenced(text: string, language: string): string {
  const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length + 1)));
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}
