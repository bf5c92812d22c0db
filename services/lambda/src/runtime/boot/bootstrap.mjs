// Runs a Node.js handler: asks the Runtime API for invocations, calls the handler, answers.
//
// One event of the log is one line of output; inside an event a carriage return stands for the line's end.

import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import util from "node:util";

const ROOT = process.env.LAMBDA_TASK_ROOT;
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

let requestId = "undefined";

function ask(method, where, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const options = { agent, host, port, method, path: "/2018-06-01/runtime/" + where, headers };
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
      response.on("error", reject);
    });
    request.setNoDelay(true);
    request.on("error", reject);
    request.end(body);
  });
}

function post(where, value, kind) {
  const body = Buffer.from(value);
  const headers = { "content-type": "application/json", "content-length": body.length };
  if (kind) headers["lambda-runtime-function-error-type"] = kind;
  return ask("POST", where, body, headers);
}

// Written at once: an environment may be stopped as soon as it has answered.
function write(text) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += fs.writeSync(1, bytes, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

function say(level, ...words) {
  const message = util.format(...words).replaceAll("\n", "\r");
  write(`${new Date().toISOString()}\t${requestId}\t${level}\t${message}\n`);
}

function patchConsole() {
  const levels = { log: "INFO", info: "INFO", debug: "DEBUG", trace: "TRACE", warn: "WARN", error: "ERROR" };
  for (const [name, level] of Object.entries(levels)) console[name] = (...words) => say(level, ...words);
  console.fatal = (...words) => say("FATAL", ...words);
}

function describe(error) {
  if (!util.types.isNativeError(error) && !(error && error.name && error.stack)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack || "").split("\n") };
}

function sayError(what, told, error) {
  const extra = error && typeof error === "object" ? { ...error } : {};
  const all = { errorType: told.errorType, errorMessage: told.errorMessage, ...extra, stack: told.trace };
  say("ERROR", `${what}\t${JSON.stringify(all)}`);
}

class UserError extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

async function importFile(base) {
  const found = [base, base + ".js", base + ".mjs", base + ".cjs"].find((file) => {
    try {
      return fs.statSync(file).isFile();
    } catch {
      return false;
    }
  });
  const require = createRequire(path.join(ROOT, "index.js"));
  if (!found) return require(require.resolve(base));
  if (found.endsWith(".mjs")) return import(pathToFileURL(found).href);
  try {
    return require(found);
  } catch (error) {
    // A package of type "module", or a module with a top-level await.
    const isModule = ["ERR_REQUIRE_ESM", "ERR_REQUIRE_ASYNC_MODULE"].includes(error.code);
    if (!isModule) throw error;
    return import(pathToFileURL(found).href);
  }
}

// `folder/file.member.member`
async function load(name) {
  if (name.includes("..")) {
    throw new UserError("Runtime.MalformedHandlerName", `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  }
  const folder = path.dirname(name);
  const [file, ...members] = path.basename(name).split(".");
  if (!file || members.length === 0) throw new UserError("Runtime.MalformedHandlerName", "Bad handler");
  let module;
  try {
    module = await importFile(path.resolve(ROOT, folder, file));
  } catch (error) {
    if (error instanceof SyntaxError) throw Object.assign(new UserError("Runtime.UserCodeSyntaxError", String(error)), { stack: error.stack });
    if (error.code === "MODULE_NOT_FOUND" || error.code === "ERR_MODULE_NOT_FOUND") {
      throw Object.assign(new UserError("Runtime.ImportModuleError", "Error: " + error.message), { stack: error.stack });
    }
    throw error;
  }
  const reach = (from) => members.reduce((value, member) => value && value[member], from);
  const handler = reach(module) ?? reach(module.default);
  if (!handler) throw new UserError("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  if (typeof handler !== "function") throw new UserError("Runtime.HandlerNotFound", `${name} is not a function`);
  return handler;
}

function makeContext(headers, settle) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const json = (name) => (headers[name] ? JSON.parse(headers[name]) : undefined);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: json("lambda-runtime-client-context"),
    identity: json("lambda-runtime-cognito-identity"),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
    done: (error, value) => settle(error, value, true),
    succeed: (value) => settle(null, value, true),
    fail: (error) => settle(error ?? new Error("handled error"), undefined, true),
  };
}

// A handler answers by a promise or by its callback, whichever comes first. A callback waits until nothing is left to
// do, unless the handler says that it need not.
function call(handler, event, headers) {
  return new Promise((resolve, reject) => {
    let context;
    const settle = (error, value, isAtOnce) => {
      const finish = () => (error ? reject(error) : resolve(value));
      if (isAtOnce || !context.callbackWaitsForEmptyEventLoop) return finish();
      process.once("beforeExit", finish);
    };
    context = makeContext(headers, settle);
    const answer = handler(event, context, (error, value) => settle(error, value, false));
    if (answer && typeof answer.then === "function") answer.then(resolve, reject);
    // Nothing is left that could answer.
    process.once("beforeExit", () => resolve(null));
  });
}

async function handle(handler) {
  const { headers, body } = await ask("GET", "invocation/next");
  requestId = headers["lambda-runtime-aws-request-id"];
  process.env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"] ?? "";
  const where = `invocation/${requestId}/`;
  let answer;
  try {
    const value = await call(handler, body ? JSON.parse(body) : {}, headers);
    answer = JSON.stringify(value === undefined ? null : value);
  } catch (error) {
    const told = describe(error);
    sayError("Invoke Error ", told, error);
    await post(where + "error", JSON.stringify(told), told.errorType);
    return;
  } finally {
    process.removeAllListeners("beforeExit");
  }
  await post(where + "response", answer ?? "null");
}

async function crash(kind, error) {
  const told = { ...describe(error), errorType: kind };
  sayError("Uncaught Exception ", told, error);
  const where = requestId === "undefined" ? "init/error" : `invocation/${requestId}/error`;
  await post(where, JSON.stringify(told), kind);
  process.exit(129);
}

async function main() {
  patchConsole();
  process.on("uncaughtException", (error) => crash(error.name ?? "Error", error));
  process.on("unhandledRejection", (reason) => {
    const { errorMessage, trace } = describe(reason);
    const error = new UserError("Runtime.UnhandledPromiseRejection", errorMessage);
    error.stack = trace.join("\n");
    crash("Runtime.UnhandledPromiseRejection", error);
  });
  let handler;
  try {
    handler = await load(process.env._HANDLER);
  } catch (error) {
    const told = describe(error);
    sayError("Uncaught Exception ", told, error);
    await post("init/error", JSON.stringify(told), told.errorType);
    process.exit(1);
  }
  for (;;) await handle(handler);
}

main();
