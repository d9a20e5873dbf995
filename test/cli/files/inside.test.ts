import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { targetInside } from "../../../src/cli/files/inside.ts";
import { folder } from "../folder.ts";

describe("a generated file's path", () => {
  test("below the root is resolved, whether the file is there or not", async () => {
    const root = await folder({ ".github/workflows/a.yml": "" });
    expect(await targetInside(root, ".github/workflows/a.yml")).toEqual({
      path: ".github/workflows/a.yml",
      file: join(root, ".github/workflows/a.yml"),
    });
    expect((await targetInside(root, "docs/deep/b.md")).file).toBe(join(root, "docs/deep/b.md"));
    expect((await targetInside(root, ".github/workflows/..a.yml")).file).toBe(join(root, ".github/workflows/..a.yml"));
  });

  test.each(["../a.yml", ".github/workflows/../../../a.yml", "/etc/passwd", ".", "", "..\\a.yml"])(
    "%j leaves the repository and is refused",
    async (path) => {
      await expect(targetInside(await folder(), path)).rejects.toThrow("would lie outside of the repository");
    },
  );

  test("in git's own folder is refused", async () => {
    await expect(targetInside(await folder(), ".git/hooks/post-checkout")).rejects.toThrow(
      "would lie in git's own folder",
    );
  });

  test("through a symbolic link that leaves the repository is refused", async () => {
    const [root, outside] = [await folder(), await folder()];
    await symlink(outside, join(root, ".github"));
    await expect(targetInside(root, ".github/workflows/a.yml")).rejects.toThrow(
      `through a symbolic link that leaves the repository`,
    );
  });

  test("through a symbolic link inside of the repository is followed", async () => {
    const root = await folder();
    await mkdir(join(root, "ci"));
    await symlink("ci", join(root, ".github"));
    expect((await targetInside(root, ".github/a.yml")).file).toBe(join(root, "ci/a.yml"));
  });

  test("that is a broken symbolic link is refused", async () => {
    const root = await folder();
    await symlink("gone.yml", join(root, "a.yml"));
    await expect(targetInside(root, "a.yml")).rejects.toThrow(
      "is a symbolic link to gone.yml, which does not exist. Remove the broken link.",
    );
  });

  test("may lie in a root that is reached through a link", async () => {
    const root = await folder({ "real/x": "" });
    await symlink("real", join(root, "link"));
    expect((await targetInside(join(root, "link"), "a.yml")).file).toBe(join(root, "real/a.yml"));
  });
});
