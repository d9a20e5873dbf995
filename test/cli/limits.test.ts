/** What GitHub would refuse stops the commands that write, before the first byte. */
import { expect, test } from "vitest";
import { contents, folder, put } from "./folder.ts";
import { configOf, hello, pipewright } from "./pipewright.ts";

test("a workflow of more than 500 KB is refused by generate and check, and nothing is written", async () => {
  const root = await folder(hello("smoke", "other"));
  await put(
    root,
    "ci.config.ts",
    configOf("smoke", "other").replace(
      '"smoke": { needs: "app", dispatch: true, run: "true" }',
      '"smoke": { needs: "app", dispatch: true, run: "x".repeat(512_000) }',
    ),
  );
  const before = await contents(root);
  for (const command of [["generate"], ["generate", "--force"], ["generate", "--dry-run"], ["check"]]) {
    const { code, stderr } = await pipewright(root, command);
    expect(code, command.join(" ")).toBe(2);
    expect(stderr).toMatch(
      /^\.github\/workflows\/smoke\.yml:1:1 {2}error {2}This workflow would have 5\d\d,\d{3} bytes, /,
    );
  }
  expect(await contents(root)).toEqual(before);
});
