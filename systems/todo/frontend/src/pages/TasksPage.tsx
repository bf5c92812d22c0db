import { useEffect, useRef, useState } from "react";
import type { FormEvent } from "react";
import { Link } from "wouter";
import type { Api, Task } from "../api";
import { append, put, remove, select, summary, titleProblem } from "../tasks";
import type { Filter, TaskList } from "../tasks";
import { Bin, card, Checkbox, Message, plainButton, primaryButton, Problem, Skeleton } from "../ui";

const FILTERS: [Filter, string][] = [
  ["all", "All"],
  ["open", "To do"],
  ["done", "Done"],
];

interface Failure {
  message: string;
  retry: () => void;
}

export function TasksPage({ api }: { api: Api }) {
  const [list, setList] = useState<TaskList | null>(null);
  const [filter, setFilter] = useState<Filter>("all");
  const [failure, setFailure] = useState<Failure | null>(null);
  const [said, setSaid] = useState("");

  const edit = (change: (list: TaskList) => TaskList) => setList((list) => list && change(list));
  const fail = (retry: () => void) => (error: unknown) => setFailure({ message: (error as Error).message, retry });

  const load = () => {
    setFailure(null);
    api.list().then(setList, fail(load));
  };
  const loadMore = () => {
    setFailure(null);
    api.list(list?.next).then((page) => edit((list) => append(list, page)), fail(loadMore));
  };
  // Shown at once, taken back if the API does not agree.
  const toggle = (task: Task, done: boolean) => {
    setFailure(null);
    edit((list) => put(list, { ...task, done }));
    setSaid(`${task.title}: ${done ? "done" : "to do"}`);
    api.change(task.id, { done }).then(
      (task) => edit((list) => put(list, task)),
      (error: unknown) => {
        edit((list) => put(list, task));
        fail(() => toggle(task, done))(error);
      },
    );
  };
  const discard = (task: Task) => {
    setFailure(null);
    edit((list) => remove(list, task.id));
    setSaid(`${task.title}: deleted`);
    api.delete(task.id).catch((error: unknown) => {
      edit((list) => put(list, task));
      fail(() => discard(task))(error);
    });
  };
  const added = (task: Task) => {
    if (list) edit((list) => put(list, task));
    else load(); // the list that is on its way may have been read before
    setSaid(`${task.title}: added`);
    if (filter === "done") setFilter("all");
  };
  useEffect(load, [api]);

  const shown = list ? select(list.tasks, filter) : [];
  return (
    <>
      <title>Tasks · todo</title>
      <div className="mb-6 flex items-baseline justify-between gap-4">
        <h1 className="text-3xl font-semibold tracking-tight">Tasks</h1>
        <p className="text-soft text-sm tabular-nums" data-testid="summary">
          {list && summary(list)}
        </p>
      </div>
      <NewTask api={api} onAdded={added} />
      {failure && <Problem message={failure.message} onRetry={failure.retry} />}
      {list && list.tasks.length > 0 && <Filters filter={filter} onChange={setFilter} />}
      {list === null ? (
        failure === null && <Skeleton rows={4} />
      ) : shown.length === 0 ? (
        <Empty filter={filter} />
      ) : (
        <ul className={`${card} divide-line divide-y`} aria-label="Tasks" data-testid="tasks">
          {shown.map((task) => (
            <Row key={task.id} task={task} onToggle={(done) => toggle(task, done)} onDelete={() => discard(task)} />
          ))}
        </ul>
      )}
      {list?.next && (
        <button className={`${plainButton} mt-4 self-center`} onClick={loadMore} data-testid="load-more">
          Show older tasks
        </button>
      )}
      <p className="sr-only" aria-live="polite">
        {said}
      </p>
    </>
  );
}

function NewTask({ api, onAdded }: { api: Api; onAdded: (task: Task) => void }) {
  const [title, setTitle] = useState("");
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (saving) return;
    const wrong = titleProblem(title);
    setProblem(wrong);
    input.current?.focus();
    if (wrong) return;
    setSaving(true);
    api
      .add(title)
      .then(
        (task) => {
          setTitle("");
          onAdded(task);
        },
        (error: unknown) => setProblem((error as Error).message),
      )
      .finally(() => setSaving(false));
  };
  return (
    <form onSubmit={submit} className="mb-5" noValidate>
      <div className="flex gap-2.5">
        <input
          ref={input}
          id="new-task"
          value={title}
          onChange={(event) => {
            setTitle(event.target.value);
            setProblem(null);
          }}
          autoFocus
          autoComplete="off"
          enterKeyHint="done"
          placeholder="What needs doing?"
          aria-label="New task"
          aria-invalid={problem !== null}
          aria-describedby={problem ? "new-task-problem" : undefined}
          data-testid="new-task"
          className="border-line bg-card placeholder:text-soft aria-invalid:border-alarm min-w-0 flex-1 rounded-lg border px-4 py-2.5"
        />
        <button className={primaryButton} disabled={saving} data-testid="add-task">
          {saving ? "Adding…" : "Add"}
        </button>
      </div>
      {problem && (
        <p id="new-task-problem" role="alert" className="text-alarm mt-2 text-sm" data-testid="new-task-problem">
          {problem}
        </p>
      )}
    </form>
  );
}

function Filters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  return (
    <div role="group" aria-label="Which tasks" className="mb-3 flex gap-1 text-sm">
      {FILTERS.map(([value, label]) => (
        <button
          key={value}
          aria-pressed={filter === value}
          onClick={() => onChange(value)}
          data-testid={`filter-${value}`}
          className="text-soft hover:text-ink aria-pressed:bg-line/60 aria-pressed:text-ink rounded-md px-3 py-1.5 transition-colors"
        >
          {label}
        </button>
      ))}
    </div>
  );
}

function Row({ task, onToggle, onDelete }: { task: Task; onToggle: (done: boolean) => void; onDelete: () => void }) {
  const row = useRef<HTMLLIElement>(null);
  // The focus goes on to a neighbour, or it would be lost with the row.
  const discard = () => {
    const neighbour = row.current?.nextElementSibling ?? row.current?.previousElementSibling;
    (neighbour?.querySelector("a") ?? document.getElementById("new-task"))?.focus();
    onDelete();
  };
  return (
    <li
      ref={row}
      className="group animate-enter flex items-start gap-3.5 py-1 pr-2 pl-4"
      data-testid="task"
      onKeyDown={(event) => event.key === "Delete" && discard()}
    >
      <div className="py-2.5">
        <Checkbox checked={task.done} label={task.title} onChange={onToggle} />
      </div>
      <Link
        href={`/tasks/${task.id}`}
        className={`min-w-0 flex-1 rounded py-2.5 break-words transition-colors ${task.done ? "text-soft line-through" : ""}`}
        data-testid="task-title"
      >
        {task.title}
      </Link>
      <button
        onClick={discard}
        aria-label={`Delete ${task.title}`}
        data-testid="delete-task"
        className="text-soft hover:text-alarm mt-0.5 rounded-md p-2.5 transition group-hover:opacity-100 focus-visible:opacity-100 pointer-fine:opacity-0"
      >
        <Bin />
      </button>
    </li>
  );
}

function Empty({ filter }: { filter: Filter }) {
  const words: Record<Filter, [string, string]> = {
    all: ["A clean slate", "Write down the first thing that comes to mind, and press Enter."],
    open: ["Nothing left to do", "Everything on your list is done."],
    done: ["Nothing done yet", "Tick a task off and it appears here."],
  };
  const [title, text] = words[filter];
  return (
    <div className="border-line rounded-xl border border-dashed" data-testid="empty">
      <Message title={title}>{text}</Message>
    </div>
  );
}
