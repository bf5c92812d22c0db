export interface Task {
  id: string;
  title: string;
  done: boolean;
  /** Milliseconds since 1970. */
  createdAt: number;
}

export interface Page {
  tasks: Task[];
  /** Ask for more after this id; null at the end. */
  next: string | null;
}

/** What an API call needs of the session. */
export interface Tokens {
  token(): Promise<string | null>;
  renew(): Promise<string | null>;
  expire(): Promise<void>;
}

/** A call that failed, in words for the person who made it. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export class Api {
  constructor(
    private readonly baseUrl: string,
    private readonly tokens: Tokens,
    private readonly send: typeof fetch = (...args) => fetch(...args),
  ) {}

  list(after: string | null = null): Promise<Page> {
    return this.call("GET", after ? `/tasks?after=${encodeURIComponent(after)}` : "/tasks");
  }
  find(id: string): Promise<Task> {
    return this.call("GET", `/tasks/${encodeURIComponent(id)}`);
  }
  add(title: string): Promise<Task> {
    return this.call("POST", "/tasks", { title });
  }
  change(id: string, change: Partial<Pick<Task, "title" | "done">>): Promise<Task> {
    return this.call("PATCH", `/tasks/${encodeURIComponent(id)}`, change);
  }
  /** A task that is already gone counts as deleted. */
  async delete(id: string): Promise<void> {
    try {
      await this.call("DELETE", `/tasks/${encodeURIComponent(id)}`);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }

  /** One renewal of the token is tried before the session counts as over. */
  private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    let response = await this.request(method, path, body, this.tokens.token());
    if (response.status === 401) response = await this.request(method, path, body, this.tokens.renew());
    if (response.status === 401) {
      await this.tokens.expire();
      throw expired();
    }
    if (response.status === 204) return undefined as T;
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok || answer === null) throw new ApiError(wording(response.status, answer), response.status);
    return answer as T;
  }

  private async request(method: string, path: string, body: unknown, token: Promise<string | null>): Promise<Response> {
    const bearer = await token.catch(() => Promise.reject(unreachable()));
    if (bearer === null) throw expired();
    const headers: Record<string, string> = { authorization: `Bearer ${bearer}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    try {
      return await this.send(this.baseUrl + path, init);
    } catch {
      // A browser shows a refusal without CORS headers as a broken connection. The user pool knows which one it was.
      throw (await this.tokens.renew().catch(() => "")) === null ? expired() : unreachable();
    }
  }
}

function unreachable(): ApiError {
  return new ApiError("The server could not be reached. Check your connection and try again.", 0);
}

function expired(): ApiError {
  return new ApiError("Your session has expired.", 401);
}

function wording(status: number, answer: unknown): string {
  const message = (answer as { message?: unknown } | null)?.message;
  if (status >= 500 || typeof message !== "string") return `The server could not do that (${status}).`;
  return message.charAt(0).toUpperCase() + message.slice(1) + ".";
}
