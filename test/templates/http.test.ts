/** What GitHub's API client does that no other test shows: downloads that are sent on, and requests that change something. */
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { githubApi } from "../../templates/lib/github.mjs";

interface Heard {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

let heard: Heard[];
let servers: Server[];
/** What is answered next: a status, headers, a body; or nothing, and the connection breaks. */
let answers: ({ status: number; headers?: Record<string, string>; body?: string | Buffer } | undefined)[];

async function listen(): Promise<string> {
  const server = createServer((incoming, response) => {
    let body = "";
    incoming.on("data", (part: Buffer) => (body += part.toString()));
    incoming.on("end", () => {
      heard.push({
        method: incoming.method ?? "",
        path: incoming.url ?? "",
        authorization: incoming.headers.authorization,
        body,
      });
      const answer = answers.shift();
      if (!answer) return incoming.socket.destroy();
      return response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeEach(() => {
  [heard, servers, answers] = [[], [], []];
  process.env["RETRY_SECONDS"] = "0.01";
});
afterEach(async () => {
  delete process.env["RETRY_SECONDS"];
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test("a download is followed to the storage, which sees no token", async () => {
  const [github, storage] = [await listen(), await listen()];
  answers = [
    { status: 302, headers: { location: `${storage}/blob?sig=x` } },
    { status: 200, body: Buffer.from([1, 2, 3, 255]) },
  ];
  expect([...(await githubApi(github, "secret").download("/zip", 4))]).toEqual([1, 2, 3, 255]);
  expect(heard.map(({ path, authorization }) => [path, authorization])).toEqual([
    ["/zip", "Bearer secret"],
    ["/blob?sig=x", undefined],
  ]);
});

test("a download that is too large is refused, and not tried again", async () => {
  const github = githubApi(await listen(), "secret");
  answers = [{ status: 200, body: "12345" }];
  await expect(github.download("/zip", 4)).rejects.toThrow("GET /zip gives more than 4 bytes.");
  answers = [{ status: 410, body: "{}" }];
  await expect(github.download("/zip", 4)).rejects.toMatchObject({ status: 410 });
  expect(heard).toHaveLength(2);
});

test("a PATCH is repeated, a POST only when it was refused for now", async () => {
  const github = githubApi(await listen(), "secret");
  answers = [{ status: 502, body: "{}" }, undefined, { status: 200, body: '{"number":1}' }];
  expect(await github.patch("/issues/1", { body: "x" })).toEqual({ number: 1 });
  expect(heard.map(({ method, body }) => `${method} ${body}`)).toEqual(Array(3).fill('PATCH {"body":"x"}'));
  answers = [
    { status: 429, body: "{}" },
    { status: 403, headers: { "retry-after": "0.01" }, body: "{}" },
    { status: 201, body: '{"number":2}' },
  ];
  expect(await github.post("/issues", {})).toEqual({ number: 2 });
  answers = [{ status: 502, body: "{}" }];
  await expect(github.post("/issues", {})).rejects.toMatchObject({ status: 502 });
  answers = [undefined];
  await expect(github.post("/issues", {})).rejects.toThrow("did not answer in 1 attempt (");
  expect(heard).toHaveLength(8);
});
