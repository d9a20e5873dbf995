import { expect, test } from "vitest";
import { lint, repository, TEXTS } from "./lint-cache.ts";

test("two threads find what one finds", async () => {
  const big = Object.fromEntries(
    Array.from({ length: 12 }, (_, copy) =>
      Object.entries(TEXTS).map(([path, text]) => [
        path.replace(".yml", `-${copy}.yml`),
        `${text}${`# ${"filler ".repeat(140)}\n`}`,
      ]),
    ).flat(),
  );
  const root = await repository(big);
  expect(Object.values(big).join("").length).toBeGreaterThan(400_000);
  const together = await lint(root, "--no-cache");
  const alone = JSON.parse(await lint(root, ".github/workflows/0-0.yml", "--no-cache"));
  expect(
    JSON.parse(together).findings.filter(({ file }: { file: string }) => file === ".github/workflows/0-0.yml"),
  ).toEqual(alone.findings);
  expect(await lint(root, "--no-cache")).toBe(together);
});
