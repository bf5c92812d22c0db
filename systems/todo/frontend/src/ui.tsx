import type { ReactNode } from "react";

const button = "rounded-lg px-4 py-2.5 text-sm font-medium transition-colors disabled:opacity-50";
export const primaryButton = `${button} bg-accent text-on-accent hover:bg-accent/90`;
export const plainButton = `${button} border-line bg-card hover:bg-line/40 border`;
export const quietButton = "text-soft hover:text-ink rounded-md px-2 py-1.5 transition-colors";
export const card = "border-line bg-card rounded-xl border";

export function Logo() {
  return (
    <svg viewBox="0 0 32 32" className="size-7" aria-hidden>
      <rect width="32" height="32" rx="9" className="fill-accent" />
      <path d="m9.5 16.5 4.5 4.5 9-10" className="stroke-on-accent fill-none stroke-3" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

/** What is seen before there is anything to see, or instead of it. */
export function Splash({ problem }: { problem?: string }) {
  return (
    <div className="grid min-h-dvh place-items-center px-6 text-center">
      {problem ? (
        <Message
          title="The page could not start"
          action={<button onClick={() => window.location.assign("/")}>Try again</button>}
        >
          {problem}
        </Message>
      ) : (
        <div role="status" aria-label="Loading" className="animate-pulse [animation-delay:300ms]">
          <Logo />
        </div>
      )}
    </div>
  );
}

/** A few words in the middle of the page, with the one thing to do about them. */
export function Message({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="mx-auto max-w-sm py-16 text-center">
      <h1 className="text-lg font-semibold">{title}</h1>
      <p className="text-soft mt-2 text-sm text-pretty">{children}</p>
      {action && <div className="*:text-accent mt-5 text-sm font-medium *:underline *:underline-offset-4">{action}</div>}
    </div>
  );
}

/** Something that went wrong, told where it happened, with a way to try it again. */
export function Problem({ message, onRetry, onDismiss }: { message: string; onRetry?: () => void; onDismiss?: () => void }) {
  const link = "rounded font-medium underline underline-offset-4";
  return (
    <div
      role="alert"
      data-testid="problem"
      className="border-alarm/25 bg-alarm-page text-alarm animate-enter mb-4 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border px-4 py-3 text-sm"
    >
      <span className="min-w-48 flex-1">{message}</span>
      {onRetry && (
        <button className={link} onClick={onRetry} data-testid="retry">
          Try again
        </button>
      )}
      {onDismiss && (
        <button className={link} onClick={onDismiss}>
          Dismiss
        </button>
      )}
    </div>
  );
}

export function Checkbox(props: { checked: boolean; label: string; onChange: (checked: boolean) => void }) {
  return (
    <span className="relative grid size-6 shrink-0 place-items-center">
      <input
        type="checkbox"
        checked={props.checked}
        aria-label={props.label}
        onChange={(event) => props.onChange(event.target.checked)}
        data-testid="task-done"
        className="peer border-soft/60 checked:border-accent checked:bg-accent hover:border-accent size-5.5 cursor-pointer appearance-none rounded-full border-2 transition-colors before:absolute before:-inset-2.5"
      />
      <svg viewBox="0 0 16 16" className="stroke-on-accent pointer-events-none absolute size-3.5 scale-50 fill-none stroke-2 opacity-0 transition peer-checked:scale-100 peer-checked:opacity-100" aria-hidden>
        <path d="m3 8.5 3.2 3.2L13 4.8" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
    </span>
  );
}

export function Bin() {
  return (
    <svg viewBox="0 0 20 20" className="size-4.5 fill-none stroke-current stroke-[1.5]" aria-hidden>
      <path d="M3.5 5.5h13M8 5.5V4a1 1 0 0 1 1-1h2a1 1 0 0 1 1 1v1.5m2.5 0-.6 9.6a1.5 1.5 0 0 1-1.5 1.4H7.6a1.5 1.5 0 0 1-1.5-1.4l-.6-9.6M8.5 9v4m3-4v4" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

export function Skeleton({ rows }: { rows: number }) {
  return (
    <ul className={`${card} divide-line divide-y`} role="status" aria-label="Loading tasks" data-testid="loading">
      {Array.from({ length: rows }, (_, row) => (
        <li key={row} className="flex animate-pulse items-center gap-3.5 px-4 py-4.5">
          <span className="bg-line size-5.5 rounded-full" />
          <span className="bg-line h-3.5 rounded" style={{ width: `${[62, 38, 51][row % 3]}%` }} />
        </li>
      ))}
    </ul>
  );
}
