import { useState } from "react";
import type { Notice, Session } from "../session";
import { card, Checkbox, plainButton, primaryButton, Problem } from "../ui";

const NOTICES: Record<Notice, string> = {
  expired: "Your session has expired. Sign in again to go on where you were.",
  failed: "Signing in did not work out. Try it once more.",
};

export function Landing({ session, notice, returnTo }: { session: Session; notice: Notice | null; returnTo: string }) {
  const [leaving, setLeaving] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const go = (way: () => Promise<void>) => {
    setLeaving(true);
    setProblem(null);
    way().catch((error: unknown) => {
      console.error(error);
      setLeaving(false);
      setProblem("The sign-in page could not be reached. Check your connection and try again.");
    });
  };
  return (
    <div className="my-auto grid items-center gap-12 pb-10 sm:grid-cols-2">
      <title>todo</title>
      <div>
        {notice && (
          <p
            role="status"
            data-testid="notice"
            className="border-accent/30 bg-accent/8 animate-enter mb-6 rounded-lg border px-4 py-3 text-sm"
          >
            {NOTICES[notice]}
          </p>
        )}
        {problem && <Problem message={problem} />}
        <h1 className="text-4xl font-semibold tracking-tight text-balance">What is left to do today?</h1>
        <p className="text-soft mt-4 max-w-sm text-pretty">
          One list, yours alone. Write things down, tick them off, and think of something else.
        </p>
        <div className="mt-8 flex flex-wrap gap-3">
          <button
            className={primaryButton}
            disabled={leaving}
            onClick={() => go(() => session.signIn(returnTo))}
            data-testid="sign-in"
          >
            Sign in
          </button>
          <button
            className={plainButton}
            disabled={leaving}
            onClick={() => go(() => session.signUp(returnTo))}
            data-testid="sign-up"
          >
            Create an account
          </button>
        </div>
      </div>
      <Sample />
    </div>
  );
}

/** What a list looks like; a picture to sighted people, nothing to others. */
function Sample() {
  const tasks = [
    ["Water the plants", true],
    ["Call the dentist", true],
    ["Finish the slides", false],
    ["Buy bread", false],
  ] as const;
  return (
    <div aria-hidden inert className={`${card} shadow-ink/5 divide-line divide-y shadow-xl max-sm:hidden sm:rotate-2`}>
      {tasks.map(([title, done]) => (
        <div key={title} className="flex items-center gap-3.5 px-4 py-3.5">
          <Checkbox checked={done} label="" onChange={() => {}} />
          <span className={done ? "text-soft line-through" : ""}>{title}</span>
        </div>
      ))}
    </div>
  );
}
