import { hasOption, invocationOf } from "../../../shell/invocation.ts";
import { rule } from "../../rule.ts";
import { commandsIn, spanOf } from "../../scripts.ts";
import { taintOf } from "../../taint/document-taint.ts";
import type { Taint } from "../../taint/model.ts";

export const evalOfInput = rule({
  id: "eval-of-input",
  family: "script",
  levels: { recommended: "error", strict: "error" },
  summary: "What somebody else writes is never run as a script.",
  why: '`eval "$TITLE"` and `bash -c "$TITLE"` run whatever the value holds, quotes or not: an environment variable protects a script only as long as nothing parses it again.',
  bad: `on: issues
jobs:
  label:
    runs-on: ubuntu-latest
    steps:
      - run: eval "set -- $TITLE"
        env:
          TITLE: \${{ github.event.issue.title }}
`,
  good: `on: issues
jobs:
  label:
    runs-on: ubuntu-latest
    steps:
      - run: |
          eval "$(ssh-agent)"
          ./label "$TITLE"
          bash -c './label "$1"' label "$TITLE"
        env:
          TITLE: \${{ github.event.issue.title }}
`,
  script(script, { report }) {
    if (!/\beval\b|\b(?:ba|da|z)?sh\b/.test(script.source)) return;
    const expansions = taintOf(script.document).flowOf(script.step)?.expansions ?? [];
    if (expansions.length === 0) return;
    for (const command of commandsIn(script)) {
      const invocation = invocationOf(command);
      for (const word of codeOf(invocation) ?? []) {
        const read = expansions.find(
          ({ pos, end, taint }) =>
            pos >= word.pos &&
            end <= word.end &&
            taint.events.length > 0 &&
            !isEscaped(script.source.slice(pos, end), script.source),
        );
        if (!read) continue;
        const { taint } = read;
        report(
          spanOf(script, read),
          `\`${invocation.name}\` runs \`$${read.name}\` as a script, and its value comes from ${sourceOf(taint)}, which ${taint.trust === "anyone" ? "anybody can write" : "whoever starts the run writes"}. Pass it as an argument instead.`,
          {
            ...(taint.trust === "anyone" ? {} : { level: "warning" as const }),
            related: taint.way.map(({ in: document, at, message }) => ({ in: document, at, message })),
          },
        );
        break;
      }
    }
  },
});

/** `${TITLE@Q}`, or a variable that `printf %q` has filled. */
const isEscaped = (expansion: string, source: string): boolean =>
  /@Q\}$/.test(expansion) ||
  new RegExp(
    `\\b${/\w+/.exec(expansion)?.[0] ?? ""}=["']?\\$\\(printf\\s+["']?%q|printf\\s+-v\\s+${/\w+/.exec(expansion)?.[0] ?? ""}\\s+["']?%q`,
  ).test(source);

/** As a message names it. */
export const sourceOf = ({ source }: Taint): string =>
  /^(?:github|inputs|\$)/.test(source) ? `\`${source}\`` : source;

/** The words that are parsed as a script. */
function codeOf({
  name,
  args,
  argWords,
}: ReturnType<typeof invocationOf>): ReturnType<typeof invocationOf>["argWords"] | undefined {
  if (name === "eval") return argWords;
  if (name === undefined || !/^(?:ba|da|z)?sh$/.test(name) || !hasOption(args, "c")) return undefined;
  const at = args.findIndex((argument) => /^-[a-z]*c[a-z]*$/.test(argument));
  // Behind a file, `-c` is that script's.
  if (args.slice(0, at).some((argument) => !/^[-+]/.test(argument) && argument !== "pipefail")) return undefined;
  return at === -1 ? undefined : argWords.slice(at + 1, at + 2);
}
