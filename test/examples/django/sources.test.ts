/** What the example holds beside its config: the roadmap asks for lines of these files, too. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import config from "../../../examples/django/ci.config.ts";
import { readBakeFiles, targetsOf } from "../../player/bake-file.ts";
import { planOf } from "../../support/plan-of.ts";
import { TARGETS } from "./django-files.ts";

const folder = new URL("../../../examples/django/", import.meta.url);
const text = (path: string): Promise<string> => readFile(new URL(path, folder), "utf8");
const bakeFile = async () =>
  readBakeFiles([{ path: "docker-bake.hcl", text: await text("deployment/docker-bake.hcl") }], {});

test("the bake file has a target for each build of the config, with the stage of the same name", async () => {
  const { targets } = await bakeFile();
  expect(TARGETS.map((key) => [targets.get(key)?.dockerfile, targets.get(key)?.target])).toEqual(
    TARGETS.map((key) => ["deployment/Dockerfile", key]),
  );
});

test("on a laptop the test image is built without Chromium and scripts, and what ships with both, as the config says it", async () => {
  const { targets } = await bakeFile();
  const wanted = planOf(config).pipeline.builds.map((build) => [build.key, build.kind === "image" ? build.args : {}]);
  expect(TARGETS.map((key) => [key, targets.get(key)?.args])).toEqual(wanted);
});

test("the default group is what ships", async () => {
  expect(targetsOf(await bakeFile(), ["default"])).toEqual(TARGETS.filter((key) => key !== "test"));
});

test("the bake file says nothing of tags, outputs, platforms and caches, which are the config's", async () => {
  expect(await text("deployment/docker-bake.hcl")).not.toMatch(/^\s*(tags|output|platforms|cache-from|cache-to)\s*=/m);
});

test("Chromium is downloaded only where nobody skips it", async () => {
  const dockerfile = await text("deployment/Dockerfile");
  expect(dockerfile).toMatch(
    /ARG SKIP_CHROMIUM=0\nRUN if \[ "\$SKIP_CHROMIUM" = "0" \]; then \\\n {6}python -c "from pyppeteer import chromium_downloader/,
  );
});

test("production installs package.production.json, which names one package", async () => {
  expect(await text("deployment/Dockerfile")).toContain("COPY package.production.json package.json\n");
  const { dependencies } = JSON.parse(await text("package.production.json")) as { dependencies: object };
  expect(Object.keys(dependencies)).toEqual(["brotli"]);
});

test("the Dockerfile pins the base image by digest, and builds each service from a stage of its own", async () => {
  const dockerfile = await text("deployment/Dockerfile");
  expect(dockerfile).toMatch(/^FROM ghcr\.io\/aaronspindler\/site-base:\S+@sha256:[0-9a-f]{64} AS dependencies$/m);
  expect(TARGETS.filter((key) => !new RegExp(`^FROM \\w+ AS ${key}$`, "m").test(dockerfile))).toEqual([]);
  expect(dockerfile).toContain("FROM dependencies AS flower\n");
});

test("the base image holds system packages, a browser's libraries, Node and uv, and nothing of the site", async () => {
  const dockerfile = await text("deployment/Dockerfile.base");
  for (const each of [
    "FROM python:3.13-slim",
    "chromium-driver",
    "libpq5",
    "nodejs npm",
    "pip install --no-cache-dir uv==",
  ])
    expect(dockerfile).toContain(each);
  expect(dockerfile).not.toMatch(/^(COPY|ADD)/m);
});

test("the packages of the test reports are pinned requirements, and the compose file installs nothing", async () => {
  const requirements = await text("requirements/base.txt");
  for (const each of ["unittest-xml-reporting==3.2.0", "pytest-json-report==1.5.0"])
    expect(requirements).toContain(`${each}\n`);
  expect(await text("deployment/docker-compose.test.yml")).not.toContain("pip install");
});

test("PostgreSQL starts fast: Alpine, 256 MB of shared memory, a health check every three seconds", async () => {
  const { services } = parse(await text("deployment/docker-compose.test.yml")) as {
    services: { postgres: object; test_runner: { image: string } };
  };
  expect(services.postgres).toMatchObject({
    image: "postgres:17-alpine",
    shm_size: "256mb",
    healthcheck: { interval: "3s", timeout: "3s", retries: 10 },
  });
  expect(services.test_runner.image).toBe("${IMAGE:-site-test:local}");
});
