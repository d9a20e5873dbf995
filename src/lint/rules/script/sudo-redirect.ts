import { jobOf } from "../../../workflow/document/document.ts";
import { rule } from "../../rule.ts";
import { commandsIn, spanOf } from "../../scripts.ts";
import { isHosted } from "../../hosted-job.ts";

export const sudoRedirect = rule({
  id: "sudo-redirect",
  family: "script",
  levels: { recommended: "error", strict: "error" },
  summary: "A file of the system is written by a command that runs as root.",
  why: 'The shell opens the file of a `>` before it starts `sudo`, and the shell is not root on GitHub\'s runners: "Permission denied".',
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: sudo echo "127.0.0.1 app.test" >> /etc/hosts
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo "127.0.0.1 app.test" | sudo tee -a /etc/hosts
      - run: sudo sh -c 'echo "127.0.0.1 app.test" >> /etc/hosts'
      - run: sudo make test > /dev/null
      - run: sudo dmesg > dmesg.log
`,
  script(script, { report }) {
    if (!script.source.includes("sudo")) return;
    const job = jobOf(script.step);
    // In a container the user is root, as a rule; a runner of one's own may run as root.
    if (!job || job.container || !isHosted(job, "ubuntu", "macos")) return;
    for (const command of commandsIn(script)) {
      if (command.name !== "sudo" || command.orElse) continue;
      for (const redirect of command.redirects) {
        const target =
          redirect.type === "Redirect" && (redirect.operator === ">" || redirect.operator === ">>")
            ? redirect.target
            : undefined;
        if (target && ROOTS_OWN.test(target.value))
          report(
            spanOf(script, target),
            `The shell opens \`${target.value}\` as an ordinary user, and \`sudo\` comes too late: "Permission denied". Write \`... | sudo tee ${redirect.type === "Redirect" && redirect.operator === ">>" ? "-a " : ""}${target.value}\`.`,
          );
      }
    }
  },
});

/** Folders that GitHub's images leave to root; `/usr/share`, `/opt` and, on macOS, `/usr/local` they give to everybody. */
const ROOTS_OWN = /^\/(?:etc|usr\/(?:bin|sbin|lib)|lib|boot|root|sys|proc|var\/lib|sbin|bin)\//;
