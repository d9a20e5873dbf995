/** Types of oci.mjs, for the tests. */
export interface RegistryApi {
  tags(): Promise<string[]>;
  digestOf(tag: string): Promise<string>;
}
export function registryApi(
  url: string,
  repository: string,
  login?: { readonly username?: string; readonly password?: string },
): RegistryApi;
