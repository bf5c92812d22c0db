import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Api } from "./api";
import { App } from "./App";
import { loadConfig } from "./config";
import { Session } from "./session";
import { Splash } from "./ui";
import "./index.css";

const root = createRoot(document.getElementById("root")!);

/** The session is settled before the first page is drawn: a code may be redeemed only once, and no page flickers. */
async function start(): Promise<void> {
  root.render(<Splash />);
  try {
    const config = await loadConfig();
    const session = new Session(config);
    if (window.location.pathname === "/callback") {
      window.history.replaceState(null, "", await session.complete());
    } else {
      await session.restore();
    }
    root.render(
      <StrictMode>
        <App session={session} api={new Api(config.apiUrl, session)} />
      </StrictMode>,
    );
  } catch (error) {
    console.error(error);
    root.render(<Splash problem={error instanceof Error ? error.message : String(error)} />);
  }
}

void start();
