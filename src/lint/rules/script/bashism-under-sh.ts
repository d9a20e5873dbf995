import { forEachChild, type SyntaxNode } from "unbash";
import { insertKey, fixOf } from "../../edits.ts";
import { jobOf } from "../../../workflow/document/document.ts";
import { scalarsOf } from "../../../workflow/yaml/node.ts";
import { rule } from "../../rule.ts";
import { commandsIn, type Script, spanOf } from "../../scripts.ts";

export const bashismUnderSh = rule({
  id: "bashism-under-sh",
  family: "script",
  levels: { recommended: "error", strict: "error" },
  fixable: true,
  summary: "A script that runs under `sh` uses what `sh` knows.",
  why: "In a job with a container scripts run under `sh -e`, not bash. In Debian's and Ubuntu's images that is dash: `[[`, `source`, arrays and `==` fail there, `[[` in a condition without a word of warning but \"not found\".",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    container: debian:13
    steps:
      - run: |
          if [[ -f Makefile ]]; then make; fi
          source env.sh
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    container: debian:13
    steps:
      - run: if [ -f Makefile ]; then make; fi
      - run: if [[ -f Makefile ]]; then make; fi
        shell: bash
  other:
    runs-on: ubuntu-latest
    container: fedora:43
    steps:
      - run: if [[ -f Makefile ]]; then make; fi
`,
  script(script, { report }) {
    if (script.shell !== "sh" || !isDash(script)) return;
    const where =
      script.shellFrom === "container"
        ? "Without `shell:`, a step in a container runs under `sh`, here dash, which"
        : "`sh` is dash here, which";
    const found = (at: { pos: number; end: number }, what: string, instead: string): void =>
      report(spanOf(script, at), `${where} does not know ${what}. ${instead}, or give the step \`shell: bash\`.`, {
        fix:
          script.step.shell || hasHashBang(script)
            ? undefined
            : fixOf(
                "Add `shell: bash`",
                insertKey(script.document.file, script.step.node, "shell", "bash", { after: ["run"] }),
              ),
      });
    for (const { name, args, argWords, node } of commandsIn(script)) {
      if (name === "source") found(node.name ?? node, "`source`", "Write `.`");
      else if (name === "pushd" || name === "popd") found(node.name ?? node, `\`${name}\``, "Use `cd`");
      else if (name === "set" && args.includes("pipefail") && !isRecentDash(script))
        found(node, "`pipefail`", "Split the pipeline");
      else if (name === "[" || name === "test") {
        const at = args.indexOf("==");
        const word = argWords[at];
        if (at > 0 && word) found(word, "`==`", "Write `=`");
      }
    }
    syntaxIn(script.ast, 0, found);
  },
});

const hasHashBang = ({ ast }: Script): boolean => ast.shebang !== undefined;

/** Debian's dash learnt `set -o pipefail` in 2024: releases from 13 and Ubuntu's from 25.04 have it. */
const isRecentDash = (script: Script): boolean =>
  !/(?::|-)(?:bookworm|bullseye|buster|stretch|jammy|focal|bionic|noble|2[024]\.04|18\.04|1[0-2]\b)/.test(
    imageOf(script) ?? "",
  );

const imageOf = ({ step }: Script): string | undefined => jobOf(step)?.container?.image?.value;

/** Tags of those images whose `/bin/sh` is another shell: Alpine's ash, bash in Oracle's, Amazon's and Red Hat's, and Windows. */
const OTHER_BASE = /alpine|oracle|centos|fedora|amazon|corretto|rocky|alma|ubi|azurelinux|mariner|nanoserver|windows/;

/** Official images whose `/bin/sh` is dash, by the image's documentation; others may have bash in its place. */
const DEBIAN =
  /^(?:(?:docker\.io\/)?(?:library\/)?)(?:debian|ubuntu|node|python|golang|rust|ruby|php|gcc|buildpack-deps|perl|eclipse-temurin|maven|gradle|elixir|erlang|haskell|swift|dart|postgres|nginx)(?::|$)/;

function isDash(script: Script): boolean {
  if (script.shellFrom === "container") {
    const image = imageOf(script) ?? "";
    return DEBIAN.test(image) && !OTHER_BASE.test(image);
  }
  const labels = scalarsOf(jobOf(script.step)?.runsOn?.value);
  return (
    (script.shellFrom === "step" || script.shellFrom === "job" || script.shellFrom === "workflow") &&
    !jobOf(script.step)?.container &&
    labels.length > 0 &&
    labels.every(({ value }) => /^ubuntu-/.test(value))
  );
}

function syntaxIn(
  node: SyntaxNode,
  depth: number,
  found: (at: { pos: number; end: number }, what: string, instead: string) => void,
): void {
  if (depth > 300) return;
  switch (node.type) {
    case "TestCommand":
      found({ pos: node.pos, end: node.pos + 2 }, "`[[ ]]`", "Write `[ ]`");
      break;
    case "ArrayValue":
      found(node, "arrays", "Use words or several variables");
      return;
    case "HereString":
      found(node, "`<<<`", "Pipe the text in");
      break;
    case "ProcessSubstitution":
      found(node, `\`${node.operator}( )\``, "Use a file");
      return;
    case "ArithmeticCommand":
      found({ pos: node.pos, end: node.pos + 2 }, "`(( ))`", "Use `[ ]` and `$(( ))`");
      break;
    case "Redirect":
      if (node.operator === "&>" || node.operator === "&>>") found(node, `\`${node.operator}\``, "Write `> file 2>&1`");
      break;
    case "ParameterExpansion":
      if (
        node.operation?.type === "Replace" ||
        node.operation?.type === "CaseModification" ||
        node.operation?.type === "Slice"
      )
        found(
          node,
          `\`${node.operation.type === "Replace" ? "${x//a/b}" : node.operation.type === "Slice" ? "${x:0:1}" : "${x^^}"}\``,
          "Use `sed`, `tr` or `cut`",
        );
      break;
    default:
  }
  // An escaped backtick counts from elsewhere.
  if (node.type === "Script" && node.source !== undefined) return;
  forEachChild(node, (child) => syntaxIn(child, depth + 1, found));
}
