// What a program is given: GitHub hands the inputs of an action on as `INPUT_GH-TOKEN`, the runner and earlier steps as
// variables. An input that nobody gave is empty there; here it is undefined, so that defaults hold. A variable of the job
// that happens to be called so, such as a PASSWORD for its tests, is none.

const inputs = Object.entries(process.env)
  .filter(([name]) => name.startsWith("INPUT_"))
  .map(([name, value]) => [name.slice("INPUT_".length).replaceAll("-", "_"), value === "" ? undefined : value]);

/** Inputs by the name that a variable would have: `gh-token` is `GH_TOKEN`. */
export const environment = { ...process.env, ...Object.fromEntries(inputs) };
