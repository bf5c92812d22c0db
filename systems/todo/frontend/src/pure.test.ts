import { describe, expect, test } from "vitest";
import { Api, ApiError } from "./api";
import type { Task } from "./api";
import { parseConfig } from "./config";
import { safePath } from "./session";
import { ago, append, put, remove, select, summary, titleProblem } from "./tasks";

const task = (id: string, done = false): Task => ({ id, title: `task ${id}`, done, createdAt: 0 });

describe("the list", () => {
  const list = { tasks: [task("3"), task("2", true), task("1")], next: null };

  test("takes a new task at the top and a changed one in its old place", () => {
    expect(put(list, task("4")).tasks.map((t) => t.id)).toEqual(["4", "3", "2", "1"]);
    expect(put(list, task("2")).tasks[1]).toEqual(task("2"));
  });
  test("gets a task back where it was", () => {
    expect(put(remove(list, "2"), task("2", true))).toEqual(list);
    expect(put(remove(list, "1"), task("1"))).toEqual(list);
  });
  test("shows nothing twice when pages overlap", () => {
    const more = append({ ...list, next: "1" }, { tasks: [task("1"), task("0")], next: null });
    expect(more.tasks.map((t) => t.id)).toEqual(["3", "2", "1", "0"]);
  });
  test("can be narrowed and summed up", () => {
    expect(select(list.tasks, "done").map((t) => t.id)).toEqual(["2"]);
    expect(summary(list)).toBe("2 of 3 to do");
    expect(summary({ tasks: [task("1", true)], next: null })).toBe("All done");
    expect(summary({ tasks: [], next: null })).toBe("Nothing here yet");
  });
});

test("titles are measured in characters, after trimming", () => {
  expect(titleProblem("  ")).toMatch(/title/);
  expect(titleProblem(" 🌱 ".repeat(1))).toBeNull();
  expect(titleProblem("🌱".repeat(200))).toBeNull();
  expect(titleProblem("x".repeat(201))).toMatch(/201/);
});

test("times are told as one would say them", () => {
  expect(ago(0, 30_000)).toBe("just now");
  expect(ago(60_000, 0)).toBe("just now");
  expect(ago(0, 5 * 60_000)).toBe("5 min ago");
  expect(ago(0, 3 * 3_600_000)).toBe("3 h ago");
  expect(ago(0, 90 * 3_600_000)).toMatch(/1970/);
});

test("a sign-in leads back into the page and nowhere else", () => {
  expect(safePath("/tasks/7?x=1")).toBe("/tasks/7?x=1");
  for (const bad of ["//evil.example", "/\\evil.example", "https://evil.example", "/callback?code=1", undefined, 7]) {
    expect(safePath(bad)).toBe("/tasks");
  }
});

describe("the configuration", () => {
  const good = {
    apiUrl: "https://api.example/",
    authority: "https://idp.example/pool",
    clientId: "abc",
    hostedDomain: "https://login.example",
    redirectUri: "https://app.example/callback",
  };
  test("is taken without trailing slashes", () => {
    expect(parseConfig(good)).toEqual({ ...good, apiUrl: "https://api.example" });
  });
  test("says what is missing or wrong", () => {
    expect(() => parseConfig({ ...good, clientId: "" })).toThrow("clientId");
    expect(() => parseConfig({ ...good, apiUrl: "api" })).toThrow("apiUrl is not an address");
    expect(() => parseConfig("<!doctype html>")).toThrow("object");
  });
});

describe("a call", () => {
  const answers = (...responses: Response[]) => {
    const sent: RequestInit[] = [];
    const send = async (_: unknown, init?: RequestInit) => {
      sent.push(init ?? {});
      return responses.shift() ?? Response.error();
    };
    return { sent, send: send as typeof fetch };
  };
  const json = (status: number, body: unknown) => Response.json(body, { status });
  const tokens = (renewed: string | null) => ({
    expired: false,
    token: async () => "old",
    renew: async () => renewed,
    async expire() {
      this.expired = true;
    },
  });

  test("renews a refused token once and goes on", async () => {
    const { sent, send } = answers(json(401, { message: "Unauthorized" }), json(200, task("1")));
    expect(await new Api("https://api", tokens("new"), send).find("1")).toEqual(task("1"));
    expect(sent.map((init) => (init.headers as Record<string, string>).authorization)).toEqual([
      "Bearer old",
      "Bearer new",
    ]);
  });
  test("ends the session when the renewed token is refused as well", async () => {
    const session = tokens("new");
    const { send } = answers(json(401, {}), json(401, {}));
    await expect(new Api("https://api", session, send).list()).rejects.toMatchObject({ status: 401 });
    expect(session.expired).toBe(true);
  });
  test("passes on what the API says, and hides what a broken server says", async () => {
    const refused = answers(json(400, { message: "title must not be empty" }));
    await expect(new Api("https://api", tokens(null), refused.send).add("")).rejects.toThrow("Title must not be empty.");
    const broken = answers(new Response("<html>", { status: 502 }));
    await expect(new Api("https://api", tokens(null), broken.send).list()).rejects.toThrow("(502)");
  });
  test("to delete what is gone succeeds, and without a network says so", async () => {
    await new Api("https://api", tokens(null), answers(json(404, { message: "x" })).send).delete("1");
    const offline = (async () => {
      throw new TypeError("Failed to fetch");
    }) as typeof fetch;
    const failure = new Api("https://api", tokens("still good"), offline).list();
    await expect(failure).rejects.toBeInstanceOf(ApiError);
    await expect(failure).rejects.toThrow("could not be reached");
    await expect(new Api("https://api", tokens(null), offline).list()).rejects.toMatchObject({ status: 401 });
  });
});
