/** distribution 2.8 lists all tags at once; registries that page them must not hide a protected tag. */
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { registryApi } from "../../templates/lib/oci.mjs";

const all = Array.from({ length: 250 }, (_, n) => `pr-${String(n).padStart(3, "0")}`);
let server: Server | undefined;
afterEach(() => server?.close());

async function pagedRegistry(link: (path: string) => string): Promise<string> {
  server = createServer((request, answer) => {
    const url = new URL(request.url ?? "/", "http://registry");
    const last = url.searchParams.get("last");
    const start = last === null ? 0 : all.indexOf(last) + 1;
    const tags = all.slice(start, start + 100);
    const more = start + 100 < all.length;
    answer.writeHead(
      200,
      more ? { link: `<${link(`/v2/o/app/tags/list?last=${tags.at(-1)}&n=100`)}>; rel="next"` } : {},
    );
    answer.end(JSON.stringify({ name: "o/app", tags }));
  });
  const listening = server;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

test("reads every page of tags", async () => {
  expect(await registryApi(await pagedRegistry((path) => path), "o/app").tags()).toEqual(all);
});

test("follows a link to another origin at the registry itself", async () => {
  expect(await registryApi(await pagedRegistry((path) => `https://elsewhere.example${path}`), "o/app").tags()).toEqual(
    all,
  );
});
