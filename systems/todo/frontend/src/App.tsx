import { useSyncExternalStore } from "react";
import { Link, Redirect, Route, Switch, useLocation } from "wouter";
import type { Api } from "./api";
import { About } from "./pages/About";
import { Landing } from "./pages/Landing";
import { TaskPage } from "./pages/TaskPage";
import { TasksPage } from "./pages/TasksPage";
import type { Session } from "./session";
import { Logo, Message, quietButton } from "./ui";

export function App({ session, api }: { session: Session; api: Api }) {
  const state = useSyncExternalStore(session.subscribe, session.state);
  const [path] = useLocation();
  const isAbout = path === "/about";
  return (
    <div className="mx-auto flex min-h-dvh max-w-2xl flex-col px-4 sm:px-6">
      <a
        href="#main"
        className="bg-card sr-only rounded-lg px-4 py-2 focus:not-sr-only focus:absolute focus:top-3 focus:left-3"
      >
        Skip to content
      </a>
      <header className="flex h-16 items-center justify-between gap-4">
        <Link href="/" className="flex items-center gap-2.5 rounded-md text-lg font-semibold tracking-tight">
          <Logo /> todo
        </Link>
        <nav className="flex min-w-0 items-center gap-1 text-sm">
          {!isAbout && (
            <Link href="/about" className={quietButton}>
              About
            </Link>
          )}
          {state.kind === "signed-in" && (
            <>
              <span className="text-soft max-w-40 truncate px-2 max-sm:hidden" title={state.email} data-testid="user-name">
                {state.name}
              </span>
              <button className={quietButton} onClick={() => void session.signOut()} data-testid="sign-out">
                Sign out
              </button>
            </>
          )}
        </nav>
      </header>
      <main id="main" className="flex flex-1 flex-col pt-4 pb-16 sm:pt-8">
        {isAbout ? (
          <About />
        ) : state.kind === "signed-out" ? (
          <Landing session={session} notice={state.notice} returnTo={path === "/" ? "/tasks" : path} />
        ) : (
          <Switch>
            <Route path="/tasks">
              <TasksPage api={api} />
            </Route>
            <Route path="/tasks/:id">{({ id }) => <TaskPage key={id} api={api} id={id} />}</Route>
            <Route path="/">
              <Redirect to="/tasks" replace />
            </Route>
            <Route>
              <Message title="There is nothing here" action={<Link href="/tasks">Go to your tasks</Link>}>
                This address leads nowhere.
              </Message>
            </Route>
          </Switch>
        )}
      </main>
    </div>
  );
}
