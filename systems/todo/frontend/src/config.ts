/** Where the page finds its API and its sign-in. Read at run time, so that one build serves every deployment. */
export interface Config {
  apiUrl: string;
  /** The issuer of the tokens: the user pool. */
  authority: string;
  clientId: string;
  /** Origin of the hosted sign-in pages. */
  hostedDomain: string;
  redirectUri: string;
}

const ADDRESSES = ["apiUrl", "authority", "hostedDomain", "redirectUri"] as const;

/** The configuration in `json`, or an error that names what is wrong with it. Trailing slashes are dropped. */
export function parseConfig(json: unknown): Config {
  if (typeof json !== "object" || json === null) throw new Error("config.json does not hold an object");
  const given = json as Record<string, unknown>;
  const text = (name: keyof Config): string => {
    const value = given[name];
    if (typeof value !== "string" || value === "") throw new Error(`config.json has no ${name}`);
    return value;
  };
  const config = { clientId: text("clientId") } as Config;
  for (const name of ADDRESSES) {
    if (!URL.canParse(text(name))) throw new Error(`config.json: ${name} is not an address`);
    config[name] = text(name).replace(/\/+$/, "");
  }
  return config;
}

export async function loadConfig(): Promise<Config> {
  const response = await fetch("/config.json", { cache: "no-cache" });
  // A missing file is answered with the page itself, so the type tells more than the status.
  if (!response.ok || !response.headers.get("content-type")?.includes("json")) {
    throw new Error("config.json is not there: the deployment has not finished");
  }
  return parseConfig(await response.json());
}
