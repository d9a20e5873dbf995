/** `npm run bench` measures what the compiler takes: a subject that it refuses would end the run before the first figure. */
import { afterAll, expect, test } from "vitest";
import { makeWorkplace, repositories, SIZES } from "../../bench/subjects.mjs";
import { pipewright } from "./pipewright.ts";

const workplace = makeWorkplace();
afterAll(() => workplace.remove());
const subjects = repositories(workplace);

test("Charon is the first, and there is one subject for each size", () => {
  expect(subjects[0]?.title).toBe("Charon");
  expect(subjects.filter(({ title }) => / consumers$/.test(title)).length).toBeGreaterThan(SIZES.length);
});

test.each(subjects)("$title compiles, and is what was compiled", async ({ folder }) => {
  expect(await pipewright(folder, ["generate", "--quiet", "--force"])).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(await pipewright(folder, ["check", "--quiet"])).toEqual({ code: 0, stdout: "", stderr: "" });
});
