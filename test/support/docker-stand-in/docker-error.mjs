/** What the docker command says on its standard error, and the code that it ends with. */
export class DockerError extends Error {
  constructor(message, code = 1) {
    super(message);
    this.code = code;
  }
}
