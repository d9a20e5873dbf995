// What runs in place of a container: prints its log, then answers every request on the published ports. It ends by
// itself after some minutes, so that no failed test leaves one behind.
import { createServer } from "node:http";

const { ports, ready, status, logs, exit } = JSON.parse(process.env.STAND_IN_CONTAINER);
console.log(logs);
if (exit !== undefined) process.exit(Number(exit));
setTimeout(() => {
  for (const port of ports)
    createServer((_request, response) => response.writeHead(status).end("ok\n")).listen(port, "127.0.0.1");
}, ready);
setTimeout(() => process.exit(0), 300_000);
