import { actionsOf } from "../../../repository.ts";
import { repositoryRule } from "../../../rule.ts";
import { scalarOf, valueOf } from "../../../../workflow/yaml/node.ts";

const FILES = ["main", "pre", "post", "image"] as const;

export const actionFile = repositoryRule({
  id: "action-file",
  family: "language",
  levels: { recommended: "warning", strict: "warning" },
  summary: "The files that an action starts are in the repository.",
  why: "The runner reads an action from a commit: a script that only a build makes must be committed, at least in the commits that are released.",
  bad: {
    "greet/action.yml": "name: Greet\ndescription: Greets.\nruns:\n  using: node24\n  main: indx.js\n",
    "greet/index.js": "console.log('hello')\n",
  },
  good: {
    "greet/action.yml": "name: Greet\ndescription: Greets.\nruns:\n  using: node24\n  main: ../src/index.js\n",
    "src/index.js": "console.log('hello')\n",
  },
  repository({ repository, report }) {
    for (const action of actionsOf(repository)) {
      const folder = action.file.path.split("/").slice(0, -1);
      for (const name of FILES) {
        const file = scalarOf(valueOf(action.runs, name));
        if (!file || file.value === "" || file.value.includes("${{") || file.value.includes("://")) continue;
        const path = resolved(folder, file.value);
        if (path !== undefined && !repository.files.exists(path))
          report(
            action,
            file,
            `There is no file \`${path}\` in the repository. Correct \`${name}\`, or commit what the build makes there.`,
          );
      }
    }
  },
});

/** From the repository's root; nothing for a path that leaves it. */
function resolved(folder: readonly string[], path: string): string | undefined {
  const parts = [...folder];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}
