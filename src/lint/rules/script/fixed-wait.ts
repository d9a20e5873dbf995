import { invocationOf, operandsOf } from "../../../shell/invocation.ts";
import { rule } from "../../rule.ts";
import { commandsIn, spanOf } from "../../scripts.ts";

export const fixedWait = rule({
  id: "fixed-wait",
  family: "script",
  levels: { recommended: "off", strict: "info" },
  summary: "A step that starts a service waits until it answers, not for a number of seconds.",
  why: "A fixed `sleep` is too long on most days and too short on a slow one. `docker compose up --wait`, a health check or a loop that asks takes as long as it takes.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: |
          docker compose up -d
          sleep 30
          curl -f http://localhost:8080/health
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: |
          docker compose up --detach --wait
          curl -f http://localhost:8080/health
      - run: |
          ./server &
          for attempt in $(seq 30); do
            curl -f http://localhost:8080/health && break
            sleep 1
          done
      - run: |
          sleep 30
          echo "waited for the registry"
`,
  script(script, { report }) {
    if (!script.source.includes("sleep")) return;
    let started: string | undefined;
    for (const command of commandsIn(script)) {
      const invocation = invocationOf(command);
      if (invocation.name === "sleep") {
        const seconds = secondsOf(invocation.args[0] ?? "");
        // Within a loop it is the pause between two questions.
        const standsAlone = !command.inCondition && !command.background && !command.andThen;
        if (started !== undefined && seconds >= 5 && standsAlone && !command.inLoop && !command.inFunction)
          report(
            spanOf(script, command.node),
            `\`${started}\` may need longer than ${seconds} seconds one day, and needs less on all others. ${started.startsWith("docker compose") || started.startsWith("docker-compose") ? "Use `docker compose up --wait`" : "Ask in a loop until it answers"}.`,
          );
        continue;
      }
      const service = serviceOf(invocation.name, operandsOf(invocation), invocation.args, command.background);
      if (service !== undefined) started = service;
    }
  },
});

function serviceOf(
  name: string | undefined,
  [first, second]: readonly string[],
  args: readonly string[],
  background: boolean,
): string | undefined {
  if ((name === "docker" && first === "compose" && second === "up") || (name === "docker-compose" && first === "up"))
    return args.includes("--wait") ? undefined : name === "docker" ? "docker compose up" : "docker-compose up";
  if (name === "docker" && first === "run" && args.some((argument) => /^-[a-z]*d[a-z]*$|^--detach$/.test(argument)))
    return "docker run";
  return background && name !== undefined && name !== "sleep" ? name : undefined;
}

/** `30`, `30s`, `1m`. */
function secondsOf(written: string): number {
  const match = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(written);
  return match ? Number(match[1]) * (match[2] === "h" ? 3600 : match[2] === "m" ? 60 : 1) : 0;
}
