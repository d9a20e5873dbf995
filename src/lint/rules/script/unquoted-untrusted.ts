import { rule } from "../../rule.ts";
import { commandOf, spanOf, variablesIn } from "../../scripts.ts";
import { taintOf } from "../../taint/document-taint.ts";
import { sourceOf } from "./eval-of-input.ts";

export const unquotedUntrusted = rule({
  id: "unquoted-untrusted",
  family: "script",
  levels: { recommended: "warning", strict: "error" },
  fixable: true,
  summary: "A variable whose value somebody else chooses is quoted.",
  why: "Without quotes the shell splits the value at blanks and expands its globs: one title becomes several arguments, among them options such as `--exec`, and `*` the names of files.",
  bad: `on: pull_request_target
jobs:
  label:
    runs-on: ubuntu-latest
    steps:
      - run: |
          ./label --title $TITLE
        env:
          TITLE: \${{ github.event.pull_request.title }}
`,
  good: `on: pull_request_target
jobs:
  label:
    runs-on: ubuntu-latest
    steps:
      - run: |
          ./label --title "$TITLE"
          title=$TITLE
          if [[ $TITLE == *fix* ]]; then echo "a fix"; fi
          ./number $NUMBER
        env:
          TITLE: \${{ github.event.pull_request.title }}
          NUMBER: \${{ github.event.pull_request.number }}
`,
  script(script, { report }) {
    const expansions = taintOf(script.document).flowOf(script.step)?.expansions ?? [];
    if (expansions.length === 0) return;
    // A loop's words are split already.
    const looped = new Set(variablesIn(script).sets.flatMap(({ name, by }) => (by === "for" ? [name] : [])));
    const reads = new Map(variablesIn(script).reads.map((read) => [read.pos, read]));
    for (const { pos, taint } of expansions) {
      const read = reads.get(pos);
      // The names of branches and tags hold neither blanks nor globs (git's manual, check-ref-format).
      if (taint.trust !== "anyone" || taint.events.length === 0 || REF.test(taint.source)) continue;
      const command = read && !read.quoted && !looped.has(read.name) ? commandOf(script, read.command) : undefined;
      if (!read || !command) continue;
      // Split and printed is only untidy.
      if (command.name === "echo" || command.name === "printf") continue;
      const at = spanOf(script, read);
      const inWord = script.source.slice(Math.max(0, read.pos - 1), read.pos);
      const alone = /^\s?$/.test(inWord) && /^(?:\s|$|[;)|&])/.test(script.source.slice(read.end, read.end + 1));
      report(
        at,
        `\`${script.source.slice(read.pos, read.end)}\` is not quoted, and its value comes from ${sourceOf(taint)}: its blanks and globs make other arguments of it. Write \`"${script.source.slice(read.pos, read.end)}"\`.`,
        {
          ...(alone && script.node.style !== "double" && script.node.style !== "plain"
            ? {
                fix: {
                  title: "Quote it",
                  edits: [
                    { start: at.start, end: at.start, text: '"' },
                    { start: at.end, end: at.end, text: '"' },
                  ],
                },
              }
            : {}),
          related: taint.way.map(({ in: document, at: place, message }) => ({ in: document, at: place, message })),
        },
      );
    }
  },
});

const REF = /(?:^|[._])(?:head_)?(?:ref|ref_name|label|branch)$|^\$?GITHUB_(?:HEAD_|BASE_)?REF|branch's name/i;
