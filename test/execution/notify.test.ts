/** Who is told of a failure or an alert, in which form, and what becomes of a channel that does not listen. */
import { writeFileSync } from "node:fs";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HOSTILE, type Machine, startMachine } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const RUN_URL = "https://github.com/Wikid82/charon/actions/runs/99";

describe.skipIf(missing("bash", "jq", "curl"))("notify.sh", () => {
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

  const tell = (change: Record<string, string>) =>
    machine.run("notify", {
      WEBHOOK_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T000/secret`,
      TEXT: "Charon: Build failed on main.",
      RUN_URL,
      DELAY: "0.01",
      ...change,
    });
  const alertsFile = (alerts: unknown): string => {
    const file = join(machine.temp, "ci-alerts.json");
    writeFileSync(file, typeof alerts === "string" ? alerts : JSON.stringify(alerts));
    return file;
  };
  const slow = { tier: "warning", event: "budget", text: "E2E Tests takes 12 min" };
  const broken = { tier: "critical", event: "maximum", text: "Build charon takes 40 min" };
  const full = { tier: "info", event: "storage", text: "Registry storage is 70 GB" };

  it("sends the text and the address of the run, hostile or not, and tries again", async () => {
    failures = 2;
    for (const TEXT of HOSTILE) expect((await tell({ TEXT })).code).toBe(0);
    expect(bodies).toEqual(HOSTILE.map((text) => ({ text: `${text} ${RUN_URL}` })));
  });

  it("names the jobs that failed, and no others", async () => {
    const NEEDS = JSON.stringify({
      plan: { result: "success" },
      "scan-charon": { result: "failure", outputs: { found: "CVE" } },
      "publish-charon": { result: "skipped" },
    });
    expect((await tell({ NEEDS })).code).toBe(0);
    expect(bodies).toEqual([{ text: `Charon: Build failed on main. Failed: scan-charon. ${RUN_URL}` }]);
  });

  it("wakes nobody by the name of a branch", async () => {
    await tell({ TEXT: "failed on <!channel> @everyone <@U123>" });
    await tell({ TEXT: "failed on <!channel>", FORMAT: "slack", TIER: "critical" });
    expect(bodies[0]).toEqual({ text: `failed on < !channel> @\u200beveryone < @\u200bU123> ${RUN_URL}` });
    expect(bodies[1]).toEqual({
      text: "failed on &lt;!channel&gt;",
      attachments: [{ color: "danger", text: RUN_URL }],
    });
  });

  it("tells a program every part by its name", async () => {
    await tell({
      FORMAT: "json",
      EVENT: "release",
      TIER: "critical",
      REPOSITORY: "o/r",
      WORKFLOW: "Release",
      REF: "v1.2.3",
      NEEDS: '{"test":{"result":"failure"}}',
    });
    expect(bodies).toEqual([
      {
        tier: "critical",
        event: "release",
        text: "Charon: Build failed on main. Failed: test.",
        repository: "o/r",
        workflow: "Release",
        ref: "v1.2.3",
        run: RUN_URL,
        failed: ["test"],
        alerts: [],
      },
    ]);
  });

  it("passes on those alerts that the channel hears", async () => {
    const ALERTS_FILE = alertsFile([slow, broken, full]);
    await tell({ TEXT: "Charon: 3 alerts.", ALERTS_FILE, EVENTS: "budget storage" });
    await tell({ TEXT: "Charon: 3 alerts.", ALERTS_FILE, EVENTS: "budget maximum", FORMAT: "slack" });
    await tell({ TEXT: "Charon: 3 alerts.", ALERTS_FILE, EVENTS: "storage", FORMAT: "json" });
    expect(bodies[0]).toEqual({
      text: `Charon: 3 alerts.\n- warning: E2E Tests takes 12 min\n- info: Registry storage is 70 GB\n${RUN_URL}`,
    });
    expect(bodies[1]).toEqual({
      text: "Charon: 3 alerts.",
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
    const result = await tell({ ALERTS_FILE: alertsFile([full]), EVENTS: "budget maximum" });
    expect(result).toMatchObject({ code: 0, log: expect.stringContaining("nothing to tell") });
    expect(bodies).toEqual([]);
  });

  it("shortens a long list", async () => {
    await tell({ ALERTS_FILE: alertsFile(Array.from({ length: 25 }, () => slow)), EVENTS: "budget" });
    expect(String(bodies[0]?.["text"]).split("\n")).toHaveLength(1 + 20 + 1 + 1);
    expect(bodies[0]?.["text"]).toContain("- and 5 more");
  });

  it.each([["not JSON"], ['{"a":1}'], ["/missing"]])("only warns of alerts that cannot be read: %s", async (text) => {
    const file = text === "/missing" ? join(machine.temp, "missing.json") : alertsFile(text);
    expect(await tell({ ALERTS_FILE: file, EVENTS: "budget" })).toMatchObject({
      code: 0,
      log: expect.stringContaining("::warning::The alerts in"),
    });
    expect(bodies).toEqual([]);
  });

  it("only warns where the webhook does not take the message, so that the next channel is asked", async () => {
    failures = 3;
    expect(await tell({})).toMatchObject({
      code: 0,
      log: expect.stringContaining("::warning::The webhook does not take the message"),
    });
    expect(bodies).toEqual([]);
  });

  it("only warns where no webhook is set", async () => {
    expect(await tell({ WEBHOOK_URL: "" })).toMatchObject({
      code: 0,
      log: expect.stringContaining("::warning::Nobody is told"),
    });
  });
});
