import type { Container } from "../../../../workflow/document/document.ts";
import { scalarOf } from "../../../../workflow/yaml/node.ts";
import { rule, type RuleContext } from "../../../rule.ts";

export const containerCredentials = rule({
  id: "container-credentials",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "The password of a container's registry is a secret.",
  why: "A password in the file is read by everybody who can read the repository, and stays in its history.",
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

function check({ credentials }: Container, { report }: RuleContext): void {
  const password = scalarOf(credentials.get("password")?.value);
  if (password && password.value !== "" && !password.value.includes("${{")) report(password, "This password is readable in the file. Move it into a secret, write `${{ secrets.<name> }}` here, and change it in the registry.");
}
