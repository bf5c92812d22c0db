import { ErrorResponse, OidcClient, UserManager, WebStorageStateStore } from "oidc-client-ts";
import type { User, UserManagerSettings } from "oidc-client-ts";
import type { Config } from "./config";

export type SessionState =
  | { kind: "signed-out"; notice: Notice | null }
  | { kind: "signed-in"; name: string; email: string };

/** Why somebody who was, or wanted to be, signed in is not. */
export type Notice = "expired" | "failed";

/**
 * Who is signed in, by authorization code with PKCE against the hosted pages of the user pool. Access tokens are renewed
 * with the refresh token shortly before they end, or when the API refuses one; when that fails the session is over.
 */
export class Session {
  private readonly settings: UserManagerSettings;
  private readonly manager: UserManager;
  private readonly listeners = new Set<() => void>();
  private renewal: Promise<string | null> | null = null;
  private current: SessionState = { kind: "signed-out", notice: null };

  constructor(private readonly config: Config) {
    this.settings = {
      authority: config.authority,
      client_id: config.clientId,
      redirect_uri: config.redirectUri,
      scope: "openid email profile",
      userStore: new WebStorageStateStore({ store: localStorage }),
      automaticSilentRenew: true,
      revokeTokensOnSignout: false,
      monitorSession: false,
    };
    this.manager = new UserManager(this.settings);
    this.manager.events.addUserLoaded((user) => this.set(signedIn(user)));
    // Another tab signed out, or in.
    window.addEventListener("storage", (event) => {
      if (event.key?.startsWith("oidc.user:")) void this.restore();
    });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  state = (): SessionState => this.current;

  /** Takes up the session that this browser already has, if it is still good or can be renewed. */
  async restore(): Promise<void> {
    const user = await this.manager.getUser();
    if (!user) this.set({ kind: "signed-out", notice: null });
    else if (!user.expired) this.set(signedIn(user));
    else await this.renew().catch(() => this.set(signedIn(user)));
  }

  signIn(returnTo: string): Promise<void> {
    return this.manager.signinRedirect({ state: returnTo });
  }

  /** The same request as signing in, but the hosted pages open with the form for a new account. */
  async signUp(returnTo: string): Promise<void> {
    const request = await new OidcClient(this.settings).createSigninRequest({ state: returnTo });
    window.location.assign(`${this.config.hostedDomain}/signup${new URL(request.url).search}`);
  }

  /** Finishes a sign-in at `/callback`; answers where the person wanted to go. */
  async complete(): Promise<string> {
    try {
      const user = await this.manager.signinRedirectCallback();
      this.set(signedIn(user));
      return safePath(user.state);
    } catch (error) {
      console.error("sign-in failed", error);
      this.set({ kind: "signed-out", notice: "failed" });
      return "/";
    }
  }

  /** Ends the session here and at the hosted pages, which lead back to the page. */
  async signOut(): Promise<void> {
    await this.manager.removeUser();
    const query = new URLSearchParams({
      client_id: this.config.clientId,
      logout_uri: new URL("/", this.config.redirectUri).href,
    });
    window.location.assign(`${this.config.hostedDomain}/logout?${query}`);
  }

  /** A token for the API, renewed if it has run out; null when the session is over. */
  async token(): Promise<string | null> {
    const user = await this.manager.getUser();
    return user && !user.expired ? user.access_token : this.renew();
  }

  /**
   * A fresh token by the refresh token, one request however many ask at once. Null, and signed out, when the user pool
   * gives none; rejected when it could not be asked, which ends no session.
   */
  renew(): Promise<string | null> {
    this.renewal ??= this.refresh().finally(() => {
      this.renewal = null;
    });
    return this.renewal;
  }

  async expire(): Promise<void> {
    await this.manager.removeUser();
    this.set({ kind: "signed-out", notice: "expired" });
  }

  private async refresh(): Promise<string | null> {
    try {
      const user = (await this.manager.getUser())?.refresh_token ? await this.manager.signinSilent() : null;
      if (user) return user.access_token;
    } catch (error) {
      if (!(error instanceof ErrorResponse)) throw error;
    }
    await this.expire();
    return null;
  }

  private set(state: SessionState): void {
    this.current = state;
    for (const listener of this.listeners) listener();
  }
}

function signedIn(user: User): SessionState {
  const email = user.profile.email ?? "";
  return { kind: "signed-in", name: user.profile.name ?? email, email };
}

/** Only a path of this page: what comes back from a sign-in must not lead elsewhere. */
export function safePath(state: unknown): string {
  return typeof state === "string" && /^\/(?![/\\])/.test(state) && !state.startsWith("/callback") ? state : "/tasks";
}
