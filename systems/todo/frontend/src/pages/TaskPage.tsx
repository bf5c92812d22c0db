import { useEffect, useState } from "react";
import type { FormEvent } from "react";
import { Link, useLocation } from "wouter";
import { ApiError } from "../api";
import type { Api, Task } from "../api";
import { ago, titleProblem } from "../tasks";
import { card, Checkbox, Message, plainButton, primaryButton, Problem, quietButton, Skeleton } from "../ui";

export function TaskPage({ api, id }: { api: Api; id: string }) {
  const [task, setTask] = useState<Task | "missing" | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const load = () => {
    setProblem(null);
    api.find(id).then(setTask, (error: unknown) => {
      if (error instanceof ApiError && error.status === 404) setTask("missing");
      else setProblem((error as Error).message);
    });
  };
  useEffect(load, [api, id]);

  if (task === "missing") {
    return (
      <Message title="There is no such task" action={<Link href="/tasks">Go to your tasks</Link>}>
        It was deleted, or it belongs to somebody else.
      </Message>
    );
  }
  return (
    <>
      {task && <title>{`${task.title} · todo`}</title>}
      <Link href="/tasks" className={`${quietButton} mb-4 -ml-2 self-start text-sm`}>
        ← All tasks
      </Link>
      {task ? (
        <Editor api={api} task={task} onChange={setTask} />
      ) : problem ? (
        <Problem message={problem} onRetry={load} />
      ) : (
        <Skeleton rows={1} />
      )}
    </>
  );
}

function Editor({ api, task, onChange }: { api: Api; task: Task; onChange: (task: Task) => void }) {
  const [title, setTitle] = useState(task.title);
  const [problem, setProblem] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const [, navigate] = useLocation();
  const failed = (error: unknown) => setProblem((error as Error).message);

  const save = (event: FormEvent) => {
    event.preventDefault();
    const wrong = titleProblem(title);
    setProblem(wrong);
    if (wrong) return;
    api.change(task.id, { title }).then((task) => {
      onChange(task);
      setTitle(task.title);
      setSaid("Saved");
    }, failed);
  };
  const toggle = (done: boolean) => {
    setProblem(null);
    onChange({ ...task, done });
    api.change(task.id, { done }).then(onChange, (error: unknown) => {
      onChange(task);
      failed(error);
    });
  };
  const discard = () => {
    setProblem(null);
    api.delete(task.id).then(() => navigate("/tasks"), failed);
  };
  return (
    <>
      {problem && <Problem message={problem} onDismiss={() => setProblem(null)} />}
      <form onSubmit={save} className={`${card} p-5`} data-testid="task-page" noValidate>
        <div className="flex items-center gap-3.5">
          <Checkbox checked={task.done} label={task.title} onChange={toggle} />
          <input
            value={title}
            onChange={(event) => {
              setTitle(event.target.value);
              setSaid("");
            }}
            aria-label="Title"
            data-testid="edit-title"
            className={`min-w-0 flex-1 rounded bg-transparent text-xl font-medium ${task.done ? "text-soft line-through" : ""}`}
          />
        </div>
        <p className="text-soft mt-3 pl-9.5 text-sm">
          Added {ago(task.createdAt, Date.now())}
          <span aria-live="polite">{said && ` · ${said}`}</span>
        </p>
        <div className="mt-6 flex gap-3 pl-9.5">
          <button className={primaryButton} disabled={title.trim() === task.title} data-testid="save-title">
            Save
          </button>
          <button type="button" className={plainButton} onClick={discard} data-testid="delete-task">
            Delete
          </button>
        </div>
      </form>
    </>
  );
}
