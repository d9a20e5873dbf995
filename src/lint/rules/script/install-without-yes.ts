import { invocationOf, operandsOf } from "../../../shell/invocation.ts";
import { jobOf } from "../../../workflow/document/document.ts";
import { rule } from "../../rule.ts";
import { commandsIn, spanOf } from "../../scripts.ts";

export const installWithoutYes = rule({
  id: "install-without-yes",
  family: "script",
  levels: { recommended: "error", strict: "error" },
  fixable: true,
  summary: "A package manager in a container is told not to ask.",
  why: 'A step has nobody who could answer: `apt-get install` stops with "Abort." at its question. GitHub\'s own runner images answer yes by configuration (`/etc/apt/apt.conf.d/90assumeyes`); images from a registry do not.',
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    container: debian:13
    steps:
      - run: |
          apt-get update
          apt-get install git
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    container: debian:13
    steps:
      - run: |
          apt-get update
          apt-get install --yes git
          apt-get -qq install curl
          yes | apt-get install make
  other:
    runs-on: ubuntu-latest
    steps:
      - run: sudo apt-get install git
`,
  script(script, { report }) {
    const image = jobOf(script.step)?.container?.image?.value;
    if (image === undefined || !isOfficial(image) || /assume-yes|assumeyes/i.test(script.source)) return;
    for (const command of commandsIn(script)) {
      const invocation = invocationOf(command);
      const verb = asks(invocation.name, operandsOf(invocation));
      // Something answers, or a variable may.
      if (
        !verb ||
        command.pipeline ||
        command.redirects.some(({ operator }) => operator === "<" || operator === "<<<" || operator === "<<") ||
        saysYes(invocation.args) ||
        onlyTells(invocation.args)
      )
        continue;
      const word = invocation.argWords.find((argument) => argument.text === verb);
      const at = word && spanOf(script, word);
      report(
        spanOf(script, command.node),
        `Nobody answers \`${invocation.name ?? ""} ${verb}\` when it asks whether to go on, and the step fails. Add \`-y\`.`,
        at ? { fix: { title: "Add `-y`", edits: [{ start: at.end, end: at.end, text: " -y" }] } } : {},
      );
    }
  },
});

function asks(name: string | undefined, [verb]: readonly string[]): string | undefined {
  if (name === "apt" || name === "apt-get" || name === "aptitude")
    return verb !== undefined &&
      ["install", "upgrade", "dist-upgrade", "full-upgrade", "remove", "build-dep"].includes(verb)
      ? verb
      : undefined;
  if (name === "yum" || name === "dnf")
    return verb !== undefined && ["install", "update", "upgrade", "groupinstall", "remove"].includes(verb)
      ? verb
      : undefined;
  return undefined;
}

/** Somebody else's image may say yes in its settings; the official ones do not. */
const isOfficial = (image: string): boolean =>
  /^(?:docker\.io\/)?(?:library\/)?[a-z-]+(?::[\w.-]+)?(?:@sha256:\w+)?$/.test(image);

/** Changes nothing, and so asks nothing. */
const onlyTells = (args: readonly string[]): boolean =>
  args.some((argument) =>
    /^-[a-zA-Z]*s[a-zA-Z]*$|^--(?:simulate|just-print|dry-run|recon|no-act|print-uris|help|assumeno|version)$|^-h$/.test(
      argument,
    ),
  );

/** `-y`, or `-qq` of apt's, which means it too. */
const saysYes = (args: readonly string[]): boolean =>
  args.some((argument) =>
    /^-[a-zA-Z]*y|^-q*qq|^-q=2|^--(?:yes|assume-yes|assumeyes|non-interactive|quiet=2)|\$/.test(argument),
  );
