use super::{World, function, json, tail};
use api_lambda::{CreateFunction, CreateFunctionRequest, Runtime};

const ECHO: &str = "import os\n\
    def handler(event, context):\n\
    \x20 print('hello')\n\
    \x20 return {'got': event, 'name': context.function_name, 'left': context.get_remaining_time_in_millis() > 5000}\n";

#[tokio::test]
async fn a_python_function_answers_and_says_what_it_did() {
    let Some(world) = World::open() else { return };
    world.create("echo", Runtime::Python312, &[("index.py", ECHO)]).await;
    let answer = world.invoke("echo", r#"{"a": 1}"#).await;
    assert_eq!(json(&answer), serde_json::json!({"got": {"a": 1}, "name": "echo", "left": true}));
    let log = tail(&answer);
    assert!(log.starts_with("START RequestId: ") && log.contains(" Version: $LATEST\nhello\nEND RequestId: "), "{log}");
    assert!(log.contains("\tMemory Size: 128 MB\tMax Memory Used: ") && log.contains("\tInit Duration: "), "{log}");
    let warm = world.invoke("echo", "{}").await;
    assert!(!tail(&warm).contains("Init Duration"), "the same environment");
}

#[tokio::test]
async fn a_node_function_answers() {
    let Some(world) = World::open() else { return };
    let code = "exports.handler = async (event) => { console.log('hi'); return { got: event }; };";
    world.create("node", Runtime::Nodejs20X, &[("index.js", code)]).await;
    let answer = world.invoke("node", "[1]").await;
    assert_eq!(json(&answer), serde_json::json!({"got": [1]}));
    assert!(tail(&answer).contains("\tINFO\thi\n"), "{}", tail(&answer));
    let broken = "exports.handler = (event, context, callback) => callback(new TypeError('no'));";
    world.create("broken", Runtime::Nodejs20X, &[("index.js", broken)]).await;
    let answer = world.invoke("broken", "{}").await;
    assert_eq!(answer.function_error.as_deref(), Some("Unhandled"));
    assert_eq!((&json(&answer)["errorType"], &json(&answer)["errorMessage"]), (&"TypeError".into(), &"no".into()));
}

/// A runtime of fifteen lines, as anybody may bring one.
const BOOTSTRAP: &str = "#!/usr/bin/python3\n\
import http.client, os\n\
api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])\n\
while True:\n\
\x20 api.request('GET', '/2018-06-01/runtime/invocation/next')\n\
\x20 r = api.getresponse(); body = r.read(); id = r.headers['Lambda-Runtime-Aws-Request-Id']\n\
\x20 api.request('POST', f'/2018-06-01/runtime/invocation/{id}/response', body)\n\
\x20 api.getresponse().read()\n";

#[tokio::test]
async fn a_program_of_its_own_runs_as_it_is() {
    let Some(world) = World::open() else { return };
    let zip = crate::code::pack_executable(&[("bootstrap", BOOTSTRAP)]).unwrap();
    let input = function("own", Runtime::ProvidedAl2023, &[("x", "")]);
    let code = api_lambda::FunctionCode { zip_file: Some(zip.into()), ..Default::default() };
    world.ask::<CreateFunction>(CreateFunctionRequest { code, ..input }).await.unwrap();
    for payload in ["1", "2", "3"] {
        assert_eq!(json(&world.invoke("own", payload).await).to_string(), payload);
    }
}

#[tokio::test]
async fn what_a_function_does_wrong_is_told_as_aws_tells_it() {
    let Some(world) = World::open() else { return };
    let code = "import os, sys, time\n\
        def handler(event, context):\n\
        \x20 if event == 'raise': raise ValueError('bad')\n\
        \x20 if event == 'exit': os._exit(3)\n\
        \x20 if event == 'hang': time.sleep(60)\n\
        \x20 if event == 'eat':\n\
        \x20   x = []\n\
        \x20   while True: x.append(bytearray(4 << 20))\n\
        \x20 return event\n";
    let input = function("wrong", Runtime::Python312, &[("index.py", code)]);
    world.ask::<CreateFunction>(CreateFunctionRequest { timeout: Some(2), ..input }).await.unwrap();
    for (payload, kind, message) in [
        ("\"raise\"", "ValueError", "bad"),
        ("\"exit\"", "Runtime.ExitError", "Error: Runtime exited with error: exit status 3"),
        ("\"hang\"", "Sandbox.Timedout", "Error: Task timed out after 2.00 seconds"),
        ("\"eat\"", "Runtime.OutOfMemory", "Error: Runtime exited with error: signal: killed"),
    ] {
        let answer = world.invoke("wrong", payload).await;
        assert_eq!(answer.function_error.as_deref(), Some("Unhandled"));
        let told = json(&answer);
        assert_eq!(told["errorType"], kind);
        assert!(told["errorMessage"].as_str().unwrap().ends_with(message), "{told}");
        let log = tail(&answer);
        assert!(log.contains("\nREPORT RequestId: ") && log.contains("\tStatus: "), "{log}");
        assert_eq!(json(&world.invoke("wrong", "1").await), 1, "the next invocation has an environment that works");
    }
}

#[tokio::test]
async fn a_function_sees_nothing_of_the_host() {
    let Some(world) = World::open() else { return };
    let host = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let code = format!(
        "import os, socket\n\
         def handler(event, context):\n\
         \x20 s = socket.socket()\n\
         \x20 try: found = socket.gethostbyname('example.com')\n\
         \x20 except OSError: found = None\n\
         \x20 return [s.connect_ex(('127.0.0.1', {})) != 0, os.path.exists('/work'), os.path.exists('/home'),\n\
         \x20         os.path.exists('/etc/shadow'), found, socket.gethostbyname('s3.amazonaws.com')]\n",
        host.local_addr().unwrap().port()
    );
    world.create("spy", Runtime::Python312, &[("index.py", &code)]).await;
    let answer = json(&world.invoke("spy", "{}").await);
    assert_eq!(answer, serde_json::json!([true, false, false, false, null, "169.254.169.253"]));
}
