import type { Container } from "../../../../workflow/document/document.ts";
import { pairOf, scalarOf } from "../../../../workflow/yaml/node.ts";
import { rule, type RuleContext } from "../../../rule.ts";

export const containerCredentials = rule({
  id: "container-credentials",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "A container's registry gets a user name and a password, and the password is a secret.",
  why: "A password in the file is read by everybody who can read the repository, and stays in its history. With one of the two alone, the runner does not log in.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    container:
      image: registry.example.com/app
      credentials:
        username: robot
        password: hunter2
    steps:
      - run: make test
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    container:
      image: registry.example.com/app
      credentials:
        username: robot
        password: \${{ secrets.REGISTRY_PASSWORD }}
    steps:
      - run: make test
`,
  job({ container, services }, context) {
    if (container) check(container, context);
    for (const service of services) check(service, context);
  },
});

function check({ value, credentials }: Container, { report }: RuleContext): void {
  const written = pairOf(value, "credentials");
  if (written?.value.kind === "mapping" && ![...credentials.keys()].some((key) => key === "<<" || key.includes("${{")))
    for (const [has, lacks] of [
      ["username", "password"],
      ["password", "username"],
    ] as const)
      if (credentials.has(has) && !credentials.has(lacks))
        report(
          written.key,
          `\`credentials\` needs \`${lacks}\` beside \`${has}\`: without it nobody logs in to the registry.`,
        );
  const password = scalarOf(credentials.get("password")?.value);
  if (password && password.value !== "" && !password.value.includes("${{"))
    report(
      password,
      "This password is readable in the file. Move it into a secret, write `${{ secrets.<name> }}` here, and change it in the registry.",
    );
}
