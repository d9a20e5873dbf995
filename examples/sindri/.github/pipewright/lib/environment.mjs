// What a program is given: GitHub hands the inputs of an action on as `INPUT_GH-TOKEN`, the runner and earlier steps as
// variables. An input that nobody gave is empty there; here it is not there at all, so that defaults hold.

const inputs = Object.entries(process.env)
  .filter(([name, value]) => name.startsWith("INPUT_") && value !== "")
  .map(([name, value]) => [name.slice("INPUT_".length).replaceAll("-", "_"), value]);

/** Inputs by the name that a variable would have: `gh-token` is `GH_TOKEN`. */
export const environment = { ...process.env, ...Object.fromEntries(inputs) };
