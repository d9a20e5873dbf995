/** Which version a ref stands for, and what is known of it. */
import { expect, it } from "vitest";
import { knownAction, knownActionNames } from "../../src/actions/catalogue.ts";
import { runtimeOf } from "../../src/actions/runtimes.ts";
import { commitOf, tagOfCommit, versionOf, versionsOf } from "../../src/actions/versions.ts";

const SHA = "27d5ce7f107fe9357f9df03efb73ab90386fccae";

it("finds the version of a tag, a moving tag and a commit, in any case", () => {
  expect(versionOf("actions/cache", "v5")).toMatchObject({ version: { tag: "v5.0.5", sha: SHA }, fit: "exact" });
  expect(versionOf("Actions/Cache", "v5.0.5")?.fit).toBe("exact");
  expect(versionOf("actions/cache", "v5.0")?.fit).toBe("exact");
  expect(versionOf("actions/cache", "5")?.fit).toBe("exact");
  expect(versionOf("actions/cache", "v5.0.1")?.fit).toBe("older");
  expect(versionOf("actions/cache", "v5.1")?.fit).toBe("newer");
  expect(versionOf("actions/cache", SHA.toUpperCase())).toMatchObject({ version: { tag: "v5.0.5" }, fit: "exact" });
});

it("says nothing of what it does not know", () => {
  for (const ref of ["v99", "main", "v5-beta", "release/v1", "0".repeat(40), "", "__proto__"])
    expect(versionOf("actions/cache", ref), ref).toBeUndefined();
  expect(versionsOf("constructor")).toEqual([]);
  expect(versionOf("octo-org/unknown", "v1")).toBeUndefined();
});

it("reads the marks of inputs", () => {
  const inputs = versionOf("actions/cache", "v5")?.version.inputs;
  expect(inputs?.get("key")).toEqual({ required: true, hasDefault: false, deprecated: false });
  expect(inputs?.get("save-always")).toEqual({ required: false, hasDefault: true, deprecated: true });
  expect(inputs?.get("restore-keys")).toEqual({ required: false, hasDefault: false, deprecated: false });
});

it("goes between tags and commits", () => {
  expect(tagOfCommit("actions/cache", SHA)).toBe("v5.0.5");
  expect(tagOfCommit("actions/cache", "0".repeat(40))).toBeUndefined();
  expect(commitOf("actions/cache", "v5")).toEqual({ tag: "v5.0.5", sha: SHA });
  expect(commitOf("actions/cache", "v5.0.1")).toBeUndefined();
});

it("agrees with the catalogue about the newest version of each action", () => {
  for (const name of knownActionNames()) {
    const known = knownAction(name);
    const [newest] = versionsOf(name);
    expect([name, newest?.tag, newest?.sha, newest?.runtime]).toEqual([
      name,
      known?.version,
      known?.sha,
      known?.runtime,
    ]);
    expect([...(newest?.inputs.keys() ?? [])].sort()).toEqual(Object.keys(known?.inputs ?? {}).sort());
  }
});

it("knows the runtime of older majors", () => {
  expect(runtimeOf("actions/checkout", "v3")).toBe("node16");
  expect(runtimeOf("actions/checkout", "v2.3.4")).toBe("node12");
  expect(runtimeOf("actions/checkout", "v4")).toBe("node20");
  expect(runtimeOf("actions/checkout", "main")).toBeUndefined();
});
