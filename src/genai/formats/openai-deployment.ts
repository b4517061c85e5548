/** The deployment that an Azure path names; its requests need not say a model. */
export function readDeployment(path: string): string | undefined {
  const name = /\/openai\/deployments\/([^/]{1,256})\//.exec(path)?.[1];
  if (name === undefined) return undefined;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
