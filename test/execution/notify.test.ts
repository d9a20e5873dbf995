/** Who is told of a failure or an alert, in which form, and what becomes of a channel that does not listen. */
import { rmSync, writeFileSync } from "node:fs";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HOSTILE, type Machine, startMachine } from "../support/run-program.ts";

const RUN_URL = "https://github.com/Wikid82/charon/actions/runs/99";

describe("notify.mjs", () => {
  let machine: Machine;
  let server: Server;
  let bodies: Record<string, unknown>[];
  let failures: number;
  beforeAll(() => {
    machine = startMachine();
  });
  afterAll(() => machine.stop());
  beforeEach(async () => {
    bodies = [];
    failures = 0;
    server = createServer((request, response) => {
      let body = "";
      request
        .on("data", (part) => (body += part))
        .on("end", () => {
          if (failures-- > 0) return void response.writeHead(500).end();
          bodies.push(JSON.parse(body));
          response.writeHead(200).end("ok");
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return () => new Promise((resolve) => server.close(resolve));
  });

  /** @param events what the channel hears, in its format */
  const tell = (
    change: Record<string, string> = {},
    { format = "text", events = [] }: { format?: "text" | "slack" | "json"; events?: string[] } = {},
  ) =>
    machine.run(
      "notify",
      {
        WEBHOOK_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T000/secret`,
        CHANNEL: "SLACK_WEBHOOK",
        GITHUB_REPOSITORY: "Wikid82/charon",
        GITHUB_RUN_ID: "99",
        GITHUB_WORKFLOW: "Build",
        GITHUB_REF_NAME: "main",
        DELAY: "0.01",
        ...change,
      },
      { plan: { channels: { SLACK_WEBHOOK: { events, format } }, tiers: { build: "critical", release: "critical" } } },
    );
  const failed = (change: Record<string, string> = {}, channel = {}) => tell({ EVENT: "build", ...change }, channel);
  const alerts = (found: unknown): void =>
    writeFileSync(join(machine.temp, "ci-alerts.json"), typeof found === "string" ? found : JSON.stringify(found));
  const slow = { tier: "warning", event: "budget", text: "E2E Tests takes 12 min" };
  const broken = { tier: "critical", event: "maximum", text: "Build charon takes 40 min" };
  const full = { tier: "info", event: "storage", text: "Registry storage is 70 GB" };

  it("sends the text and the address of the run, hostile or not, and tries again", async () => {
    failures = 2;
    for (const name of HOSTILE) expect((await failed({ GITHUB_REF_NAME: name })).code).toBe(0);
    expect(bodies).toEqual(HOSTILE.map((name) => ({ text: `Wikid82/charon: Build failed on ${name}. ${RUN_URL}` })));
  });

  it("names the jobs that failed, and no others", async () => {
    const NEEDS = JSON.stringify({
      plan: { result: "success" },
      "scan-charon": { result: "failure", outputs: { found: "CVE" } },
      "publish-charon": { result: "skipped" },
    });
    expect((await failed({ NEEDS })).code).toBe(0);
    expect(bodies).toEqual([{ text: `Wikid82/charon: Build failed on main. Failed: scan-charon. ${RUN_URL}` }]);
  });

  it("wakes nobody by the name of a branch", async () => {
    await failed({ GITHUB_REF_NAME: "<!channel> @everyone <@U123>" });
    await failed({ GITHUB_REF_NAME: "<!channel>" }, { format: "slack" });
    expect(bodies[0]).toEqual({
      text: `Wikid82/charon: Build failed on < !channel> @\u200beveryone < @\u200bU123>. ${RUN_URL}`,
    });
    expect(bodies[1]).toEqual({
      text: "Wikid82/charon: Build failed on &lt;!channel&gt;.",
      attachments: [{ color: "danger", text: RUN_URL }],
    });
  });

  it("tells a program every part by its name", async () => {
    const environment = {
      EVENT: "release",
      GITHUB_WORKFLOW: "Release",
      GITHUB_REF_NAME: "v1.2.3",
      NEEDS: '{"test":{"result":"failure"}}',
    };
    await tell(environment, { format: "json" });
    expect(bodies).toEqual([
      {
        tier: "critical",
        event: "release",
        text: "Wikid82/charon: Release failed on v1.2.3. Failed: test.",
        repository: "Wikid82/charon",
        workflow: "Release",
        ref: "v1.2.3",
        run: RUN_URL,
        failed: ["test"],
        alerts: [],
      },
    ]);
  });

  it("tells by how much the coverage changed, and whose", async () => {
    await tell({ EVENT: "coverage", CONSUMER: "smoke", DELTA: "-1.5" });
    expect(bodies).toEqual([
      { text: `Wikid82/charon: the coverage of smoke changed by -1.5 points on main. ${RUN_URL}` },
    ]);
  });

  it("knows the channels of its plan alone", async () => {
    expect(await failed({ CHANNEL: "OTHER" })).toMatchObject({
      code: 1,
      log: expect.stringContaining("::error::plan.json has no such channel"),
    });
  });

  it("passes on those alerts that the channel hears", async () => {
    alerts([slow, broken, full]);
    const head = "Wikid82/charon: the metrics of CI have found something.";
    await tell({}, { events: ["budget", "storage"] });
    await tell({}, { events: ["budget", "maximum"], format: "slack" });
    await tell({}, { events: ["storage"], format: "json" });
    expect(bodies[0]).toEqual({
      text: `${head}\n- warning: E2E Tests takes 12 min\n- info: Registry storage is 70 GB\n${RUN_URL}`,
    });
    expect(bodies[1]).toEqual({
      text: head,
      attachments: [
        {
          color: "danger",
          text: `- warning: E2E Tests takes 12 min\n- critical: Build charon takes 40 min\n${RUN_URL}`,
        },
      ],
    });
    expect(bodies[2]).toMatchObject({ tier: "info", alerts: [full] });
  });

  it("sends nothing where there is nothing to hear", async () => {
    alerts([full]);
    const result = await tell({}, { events: ["budget", "maximum"] });
    expect(result).toMatchObject({ code: 0, log: expect.stringContaining("nothing to tell") });
    expect(bodies).toEqual([]);
  });

  it("shortens a long list", async () => {
    alerts(Array.from({ length: 25 }, () => slow));
    await tell({}, { events: ["budget"] });
    expect(String(bodies[0]?.["text"]).split("\n")).toHaveLength(1 + 20 + 1 + 1);
    expect(bodies[0]?.["text"]).toContain("- and 5 more");
  });

  it.each([["not JSON"], ['{"a":1}'], ["/missing"]])("only warns of alerts that cannot be read: %s", async (text) => {
    if (text === "/missing") rmSync(join(machine.temp, "ci-alerts.json"), { force: true });
    else alerts(text);
    expect(await tell({}, { events: ["budget"] })).toMatchObject({
      code: 0,
      log: expect.stringContaining("::warning::The alerts in"),
    });
    expect(bodies).toEqual([]);
  });

  it("only warns where the webhook does not take the message, so that the next channel is asked", async () => {
    failures = 3;
    expect(await failed()).toMatchObject({
      code: 0,
      log: expect.stringContaining("::warning::The webhook does not take the message"),
    });
    expect(bodies).toEqual([]);
  });

  it("only warns where no webhook is set", async () => {
    expect(await failed({ WEBHOOK_URL: "" })).toMatchObject({
      code: 0,
      log: expect.stringContaining("::warning::Nobody is told"),
    });
  });
});
