import type { HereDoc } from "unbash";
import { jobOf } from "../../../workflow/document/document.ts";
import { invocationOf } from "../../../shell/invocation.ts";
import { rule } from "../../rule.ts";
import { commandsIn, type Script, type ShellCommand, spanInScript, spanOf, variablesIn } from "../../scripts.ts";
import { isDefaultVariable } from "../../default-variables.ts";

export const quotedHeredoc = rule({
  id: "quoted-heredoc",
  family: "script",
  levels: { recommended: "warning", strict: "warning" },
  fixable: true,
  summary: "A here-document that names variables of the script expands them.",
  why: "With a quoted delimiter, `<<'EOF'`, the shell copies the text as it is: the file holds `$VERSION` and not the version.",
  bad: `on: push
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - run: |
          VERSION=$(cat VERSION)
          cat > notes.md <<'EOF'
          # Release $VERSION
          EOF
          cat > dashboard.md <<'EOF'
          Last updated: $(date)
          EOF
`,
  good: `on: push
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - run: |
          VERSION=$(cat VERSION)
          cat > notes.md <<EOF
          # Release $VERSION
          EOF
          cat > run.sh <<'EOF'
          echo "$VERSION"
          EOF
          bash <<'EOF'
          echo "$VERSION"
          EOF
          cat > template.txt <<'EOF'
          Costs \\$5, for $NAME
          EOF
          cat > guide.md <<'EOF'
          Build it like this:
          \`\`\`sh
          make STAMP=$(date +%F)
          \`\`\`
          EOF
`,
  script(script, { report }) {
    if (!script.source.includes("<<") || /\benvsubst\b|\bgomplate\b|\bmustache\b/.test(script.source)) return;
    let known: Set<string> | undefined;
    for (const command of commandsIn(script)) {
      const heredoc = command.redirects.find(
        (redirect): redirect is HereDoc => redirect.type === "HereDoc" && redirect.delimiter?.quoted === true,
      );
      if (!heredoc || !writesData(script, command, heredoc)) continue;
      known ??= knownVariables(script);
      const substitution = substitutionInText(heredoc.body.text);
      if (substitution) {
        const start = heredoc.body.pos + substitution.index;
        report(
          spanInScript(script, { start, end: start + substitution[0].length }),
          `\`${substitution[0]}\` is not run: the delimiter of this here-document is quoted. Take the quotes off \`${heredoc.delimiter?.text ?? ""}\`, or escape what must stay.`,
        );
        continue;
      }
      for (const match of heredoc.body.text.matchAll(/(\\?)\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g)) {
        const name = match[2] ?? match[3] ?? "";
        if (
          match[1] !== "" ||
          name.length < 3 ||
          !(known.has(name) || (isDefaultVariable(name) && /^(?:GITHUB|RUNNER)_/.test(name)))
        )
          continue;
        const start = heredoc.body.pos + match.index;
        const delimiter = heredoc.delimiter;
        // Unquoted, everything else in it would expand as well.
        const safe =
          delimiter &&
          !/`|\$\(|\\/.test(heredoc.body.text) &&
          [...heredoc.body.text.matchAll(/\$/g)].length ===
            [...heredoc.body.text.matchAll(/\$\{?[A-Za-z_]\w*\}?/g)].filter(([text]) =>
              known?.has(text.replace(/[${}]/g, "")),
            ).length;
        report(
          spanInScript(script, { start, end: start + match[0].length }),
          `\`${match[0]}\` is not expanded: the delimiter of this here-document is quoted. Take the quotes off \`${delimiter?.text ?? ""}\`, or escape what must stay.`,
          {
            ...(safe
              ? {
                  fix: {
                    title: "Take the quotes off the delimiter",
                    edits: [{ ...spanOf(script, delimiter), text: delimiter.value }],
                  },
                }
              : {}),
          },
        );
        break;
      }
    }
  },
});

/** A command that nobody writes into a document for its own sake. */
const SUBSTITUTION =
  /(?<![\\`])\$\((?:date|git|cat|echo|uname|hostname|whoami|nproc|basename|dirname)(?:\s[^()\n`]*)?\)(?!`)/g;

/** What a line of a script, of a command line or of a setting that holds one begins with, or joins commands with. */
const CODE =
  /^(?: {4}|\t)|^\s*(?:[-*] )?(?:\w+=|export |[$>%] |["']?[\w.-]*(?:command|cmd|run|script|exec|entrypoint|args|shell|hook)[\w-]*["']?\s*[:=])|&&|;|^\s*[^|\s].*\s\|\s/i;

/** Commands among text: those of a code block or a command line are the document's subject. */
const substitutionInText = (text: string): RegExpExecArray | undefined =>
  [...text.matchAll(SUBSTITUTION)].find(({ index }) => {
    const before = text.slice(0, index);
    const line = text.slice(before.lastIndexOf("\n") + 1).split("\n", 1)[0] ?? "";
    const fences = before.match(/^\s*(?:```|~~~)/gm)?.length ?? 0;
    return fences % 2 === 0 && !CODE.test(line);
  });

/** Files in which a `$NAME` of the shell has no meaning of its own. */
const DATA = /\.(?:md|markdown|txt|json|ya?ml|toml|ini|properties|xml|html|csv|cfg)$/i;

function writesData(script: Script, command: ShellCommand, { body }: HereDoc): boolean {
  const { name, args } = invocationOf(command);
  if (name !== "cat" && name !== "tee") return false;
  if (command.pipeline && command.pipeline.index < command.pipeline.length - 1) return false;
  const redirect = command.redirects.find(
    ({ type, operator }) => type === "Redirect" && (operator === ">" || operator === ">>"),
  );
  const target =
    redirect?.type === "Redirect"
      ? redirect.target?.value
      : name === "tee"
        ? args.find((argument) => !argument.startsWith("-"))
        : undefined;
  if (target === undefined || command.inSubstitution) return false;
  if (/GITHUB_(?:OUTPUT|ENV|STEP_SUMMARY)/.test(target)) return true;
  // Compose, workflows and templates expand such names themselves.
  return (
    DATA.test(target) &&
    !/compose|\.github|workflow|template|tmpl|\.pipelines|cloudbuild|buildspec|npmrc/i.test(target) &&
    !/^\s*(?:services|steps|run|script):/m.test(body.text) &&
    !/\benvsubst\b/.test(script.source)
  );
}

function knownVariables(script: Script): Set<string> {
  const names = new Set(variablesIn(script).sets.map(({ name }) => name));
  const job = jobOf(script.step);
  for (const block of [job?.workflow.env, job?.env, script.step.env])
    for (const name of block?.variables.keys() ?? []) names.add(name);
  return names;
}
