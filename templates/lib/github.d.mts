/** Types of github.mjs, for the tests. */
export interface GithubApi {
  get(path: string): Promise<unknown>;
  all(path: string, options?: { readonly key?: string; readonly most?: number }): Promise<unknown[]>;
  download(path: string, most: number): Promise<Buffer>;
  post(path: string, content: unknown): Promise<unknown>;
  patch(path: string, content: unknown): Promise<unknown>;
  remove(path: string): Promise<unknown>;
}
export function githubApi(url: string, token: string | undefined): GithubApi;
