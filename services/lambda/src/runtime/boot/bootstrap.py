"""Runs a Python handler: asks the Runtime API for invocations, calls the handler, answers.

One event of the log is one line of output; inside an event a carriage return stands for the line's end.
"""

import http.client
import importlib
import json
import logging
import os
import site
import sys
import time
import traceback

API = "/2018-06-01/runtime/"
ROOT = os.environ["LAMBDA_TASK_ROOT"]


class Identity:
    def __init__(self, given):
        self.cognito_identity_id = given.get("cognitoIdentityId")
        self.cognito_identity_pool_id = given.get("cognitoIdentityPoolId")


class Client:
    FIELDS = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")

    def __init__(self, given):
        for field in self.FIELDS:
            setattr(self, field, given.get(field))


class ClientContext:
    def __init__(self, given):
        self.client = Client(given.get("client") or {})
        self.custom = given.get("custom")
        self.env = given.get("env")


class Context:
    """What a handler gets as its second argument."""

    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.tenant_id = None
        self.client_context = None
        if headers.get("Lambda-Runtime-Client-Context"):
            self.client_context = ClientContext(json.loads(headers["Lambda-Runtime-Client-Context"]))
        self.identity = Identity(json.loads(headers.get("Lambda-Runtime-Cognito-Identity") or "{}"))
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline_ms - int(time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))


class RequestFilter(logging.Filter):
    """Tells log records which invocation they belong to."""

    request_id = ""

    def filter(self, record):
        record.aws_request_id = RequestFilter.request_id
        return True


class EventHandler(logging.Handler):
    def emit(self, record):
        try:
            say(self.format(record))
        except Exception:
            self.handleError(record)


class LineFormatter(logging.Formatter):
    """`[INFO]	2026-11-20T18:17:00.123Z	request-id	message`"""

    def __init__(self):
        super().__init__("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n",
                         "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime


def say(text):
    """One event of the log."""
    sys.stdout.write(text.rstrip("\n").replace("\n", "\r") + "\n")
    sys.stdout.flush()


def describe(error, skip=0):
    """An error as AWS's runtime answers it."""
    trace = traceback.extract_tb(error.__traceback__)[skip:]
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": RequestFilter.request_id,
        "stackTrace": traceback.format_list(trace),
    }


def say_error(told):
    head = "[ERROR] " + (f"{told['errorType']}: {told['errorMessage']}" if told["errorMessage"] else told["errorType"])
    trace = "".join(told["stackTrace"])
    say(head + ("\nTraceback (most recent call last):\n" + trace if trace else ""))


class Api:
    """One connection, kept open."""

    def __init__(self):
        self.connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

    def get_next(self):
        self.connection.request("GET", API + "invocation/next")
        response = self.connection.getresponse()
        return response.headers, response.read()

    def post(self, path, body, kind=None):
        headers = {"Content-Type": "application/json"}
        if kind:
            headers["Lambda-Runtime-Function-Error-Type"] = kind
        self.connection.request("POST", API + path, body, headers)
        self.connection.getresponse().read()


class UserError(Exception):
    """The handler cannot be called; the name of the error is AWS's."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def load(name):
    """`package/module.function`"""
    parts = name.rsplit(".", 1)
    if len(parts) != 2:
        raise UserError("Runtime.MalformedHandlerName", f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)")
    module_name, function = parts
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise UserError("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}") from error
    except SyntaxError as error:
        where = f"  File \"/var/task/{os.path.basename(error.filename or '')}\" Line {error.lineno}\n    {(error.text or '').strip()}"
        problem = UserError("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}")
        problem.trace = [where]
        raise problem from error
    if not hasattr(module, function):
        raise UserError("Runtime.HandlerNotFound", f"Handler '{function}' missing on module '{module_name}'")
    return getattr(module, function)


def encode(value):
    return json.dumps(value, ensure_ascii=False, default=refuse).encode("utf-8", "surrogatepass")


def refuse(value):
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def init(api):
    try:
        return load(os.environ["_HANDLER"])
    except UserError as error:
        told = {"errorMessage": str(error), "errorType": error.kind, "requestId": "", "stackTrace": getattr(error, "trace", [])}
    except BaseException as error:
        told = describe(error, skip=2)
        kept = [line for line in told["stackTrace"] if "importlib" not in line.split("\n")[0]]
        told["stackTrace"] = kept
    say_error(told)
    api.post("init/error", encode(told), told["errorType"])
    sys.exit(1)


def handle(api, handler):
    headers, body = api.get_next()
    context = Context(headers)
    RequestFilter.request_id = context.aws_request_id
    os.environ["_X_AMZN_TRACE_ID"] = headers.get("Lambda-Runtime-Trace-Id") or ""
    path = f"invocation/{context.aws_request_id}/"
    try:
        try:
            event = json.loads(body) if body else {}
        except ValueError as error:
            raise UserError("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from error
        answer = handler(event, context)
        try:
            answer = encode(answer)
        except (TypeError, ValueError) as error:
            raise UserError("Runtime.MarshalError", f"Unable to marshal response: {error}") from error
    except UserError as error:
        told = describe(error)
        told.update(errorType=error.kind, stackTrace=[])
    except Exception as error:
        told = describe(error, skip=1)
    else:
        flush()
        api.post(path + "response", answer)
        return
    say_error(told)
    flush()
    api.post(path + "error", encode(told), told["errorType"])


def flush():
    sys.stdout.flush()
    sys.stderr.flush()


def set_up_paths():
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for folder in ("/opt/python", f"/opt/python/lib/{version}/site-packages"):
        if os.path.isdir(folder):
            sys.path.insert(0, folder)
            site.addsitedir(folder)
    sys.path = [ROOT] + [folder for folder in sys.path if folder and folder != ROOT]


def set_up_logging():
    root = logging.getLogger()
    handler = EventHandler()
    handler.setFormatter(LineFormatter())
    handler.addFilter(RequestFilter())
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.Formatter.converter = time.gmtime


def main():
    # The modules that user code imports are not to find this one's names.
    set_up_paths()
    set_up_logging()
    api = Api()
    handler = init(api)
    while True:
        handle(api, handler)


if __name__ == "__main__":
    main()
