// Loaded into every Node program of a machine: requests to a registry's name reach the local one, as the docker stand-in's do.
const hosts = JSON.parse(process.env.DOCKER_STAND_IN_HOSTS || "{}");
const fetchAnywhere = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const address = new URL(input instanceof Request ? input.url : String(input));
  const local = hosts[address.host];
  if (local === undefined) return fetchAnywhere(input, init);
  const url = `http://${local}${address.pathname}${address.search}`;
  return fetchAnywhere(input instanceof Request ? new Request(url, input) : url, init);
};
