// Stands on a machine's PATH in a tool's place: asks the world what the tool would do.
const [tool, ...args] = process.argv.slice(2);
const answer = await fetch(process.env.WORLD_COMMANDS, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ tool, args, folder: process.cwd(), env: process.env }),
});
const { code, stdout, stderr, message } = await answer.json();
if (!answer.ok) {
  console.error(`${tool} ${args.join(" ")}: ${message}`);
  process.exit(70);
}
if (stdout) process.stdout.write(stdout.endsWith("\n") ? stdout : `${stdout}\n`);
if (stderr) process.stderr.write(stderr.endsWith("\n") ? stderr : `${stderr}\n`);
process.exitCode = code;
