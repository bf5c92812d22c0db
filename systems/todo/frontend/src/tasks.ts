import type { Page, Task } from "./api";

export const TITLE_MAX = 200;

export type Filter = "all" | "open" | "done";

/** What is loaded of a person's tasks, newest first. Every function here gives a new list and changes none. */
export type TaskList = Page;

export function append(list: TaskList, page: Page): TaskList {
  const known = new Set(list.tasks.map((task) => task.id));
  return { tasks: [...list.tasks, ...page.tasks.filter((task) => !known.has(task.id))], next: page.next };
}

/** Puts a task in its place, or in the place of its former self. Ids sort by time of creation. */
export function put(list: TaskList, task: Task): TaskList {
  const others = list.tasks.filter((other) => other.id !== task.id);
  const place = others.findIndex((other) => other.id < task.id);
  return { ...list, tasks: others.toSpliced(place < 0 ? others.length : place, 0, task) };
}

export function remove(list: TaskList, id: string): TaskList {
  return { ...list, tasks: list.tasks.filter((task) => task.id !== id) };
}

export function select(tasks: Task[], filter: Filter): Task[] {
  return filter === "all" ? tasks : tasks.filter((task) => task.done === (filter === "done"));
}

export function summary(list: TaskList): string {
  const open = select(list.tasks, "open").length;
  if (list.next) return `${list.tasks.length} loaded, ${open} open`;
  if (list.tasks.length === 0) return "Nothing here yet";
  return open === 0 ? "All done" : `${open} of ${list.tasks.length} to do`;
}

/** What is wrong with a title, or null. The API says the same; asking first saves a round trip. */
export function titleProblem(title: string): string | null {
  const length = [...title.trim()].length;
  if (length === 0) return "Give the task a title.";
  return length > TITLE_MAX ? `A title has at most ${TITLE_MAX} characters; this one has ${length}.` : null;
}

/** When something was, as one would say it. */
export function ago(then: number, now: number): string {
  const minutes = Math.floor((now - then) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return new Date(then).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
}
