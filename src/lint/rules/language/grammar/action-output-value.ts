import { valueOf } from "../../../../workflow/yaml/node.ts";
import { rule } from "../../../rule.ts";

export const actionOutputValue = rule({
  id: "action-output-value",
  family: "language",
  levels: { recommended: "warning", strict: "error" },
  summary: "Every output of a composite action has a `value`.",
  why: "An action of JavaScript or Docker sets its outputs itself; those of a composite action are only what `value` says, so that without it the output is always empty.",
  bad: {
    "action.yml":
      "name: Version\ndescription: Tells the version.\noutputs:\n  version:\n    description: The version.\nruns:\n  using: composite\n  steps:\n    - id: read\n      run: echo version=1 >> $GITHUB_OUTPUT\n      shell: bash\n",
  },
  good: {
    "action.yml":
      "name: Version\ndescription: Tells the version.\noutputs:\n  version:\n    description: The version.\n    value: ${{ steps.read.outputs.version }}\nruns:\n  using: composite\n  steps:\n    - id: read\n      run: echo version=1 >> $GITHUB_OUTPUT\n      shell: bash\n",
  },
  action({ using, outputs }, { report }) {
    const composite = using?.value === "composite";
    for (const { key, value } of outputs.values()) {
      const given = valueOf(value, "value");
      if (composite && !given)
        report(key, `The output \`${key.value}\` is always empty. Add \`value: \${{ steps.<id>.outputs.<name> }}\`.`);
      if (using && !composite && given)
        report(
          given,
          "Only composite actions give their outputs a `value`; this action sets them in its code. Remove it.",
        );
    }
  },
});
