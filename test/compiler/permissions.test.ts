import { expect, it } from "vitest";
import { grant } from "../../src/compiler/permissions.ts";
import { isCommented } from "../../src/workflow/model.ts";
import { compileWorkflows } from "../../src/compiler/compile.ts";
import { plain } from "../support/read-workflows.ts";
import { systems } from "../support/systems.ts";

it("grants what is asked for, in that order, and nothing that is switched off", () => {
  expect(plain(grant({ contents: "read", packages: false, statuses: undefined, actions: "write" }))).toEqual({
    contents: "read",
    actions: "write",
  });
  expect(grant({})).toEqual({});
});

it("says of every grant of every emitted job what it is for", () => {
  const silent = systems.flatMap(({ pipeline }) =>
    compileWorkflows(pipeline).flatMap(({ path, workflow }) =>
      Object.entries(workflow.jobs).flatMap(([id, job]) =>
        Object.entries(job.permissions).flatMap(([scope, level]) =>
          isCommented(level) && level.behind ? [] : [`${path} > ${id}: ${scope}`],
        ),
      ),
    ),
  );
  expect(silent).toEqual([]);
});
