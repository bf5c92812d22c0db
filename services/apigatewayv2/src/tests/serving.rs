//! What clients of a deployed API see.

use super::world::World;
use crate::api;
use serde_json::json;

#[tokio::test]
async fn a_function_gets_a_request_in_format_2() {
    let world = World::new();
    let id = world.api(&["POST /tasks/{id}"]).await;
    let headers = [
        ("Content-Type", "application/json"),
        ("X-Two", "a"),
        ("X-Two", "b"),
        ("Cookie", "c1=1; c2=2"),
        ("User-Agent", "curl"),
    ];
    let answer = world.send(&id, "POST", "/tasks/a%20b?x=1&x=2&y=%C3%A9", &headers, "{\"a\":1}").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "hello"));
    assert_eq!(answer.header("content-type"), "text/plain;charset=utf-8");
    let domain = format!("{id}.execute-api.us-east-1.amazonaws.com");
    let expected = json!({
        "version": "2.0",
        "routeKey": "POST /tasks/{id}",
        "rawPath": "/tasks/a b",
        "rawQueryString": "x=1&x=2&y=%C3%A9",
        "cookies": ["c1=1", "c2=2"],
        "headers": {"content-type": "application/json", "user-agent": "curl", "x-two": "a,b"},
        "queryStringParameters": {"x": "1,2", "y": "é"},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": id,
            "domainName": domain,
            "domainPrefix": id,
            "http": {
                "method": "POST", "path": "/tasks/a b", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7",
                "userAgent": "curl",
            },
            "requestId": answer.header("apigw-requestid"),
            "routeKey": "POST /tasks/{id}",
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1_767_225_600_000_i64,
        },
        "pathParameters": {"id": "a b"},
        "body": "{\"a\":1}",
        "isBase64Encoded": false,
    });
    assert_eq!(world.event().to_string(), expected.to_string());
}

#[tokio::test]
async fn a_function_gets_a_request_in_format_1() {
    let world = World::new();
    let id = world.api(&[]).await;
    let integration = world.integration(&id, "1.0").await;
    world.route(&id, "ANY /{proxy+}", &integration).await;
    let answer = world
        .send(&id, "PUT", "/up?x=1&x=2", &[("Content-Type", "image/png"), ("X-Two", "a"), ("X-Two", "b")], "png")
        .await;
    assert_eq!(answer.status, 200);
    let event = world.event();
    assert_eq!(event["version"], "1.0");
    assert_eq!((&event["resource"], &event["path"]), (&json!("/{proxy+}"), &json!("/up")));
    assert_eq!((&event["headers"]["x-two"], &event["multiValueHeaders"]["x-two"]), (&json!("b"), &json!(["a", "b"])));
    assert_eq!(event["multiValueQueryStringParameters"], json!({"x": ["1", "2"]}));
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("cG5n"), &json!(true)));
    assert_eq!(event["pathParameters"], json!({"proxy": "up"}));
    world.answer_with(r#""no status""#);
    assert_eq!(world.get(&id, "/").await.status, 500);
}

#[tokio::test]
async fn answers_are_read_as_aws_reads_them() {
    let world = World::new();
    let id = world.api(&["$default"]).await;
    let cases = [
        (r#"{"message":"hi"}"#, 200, "application/json", r#"{"message":"hi"}"#),
        (r#""plain""#, 200, "application/json", "plain"),
        (r#"{"statusCode":201,"headers":{"Content-Type":"text/html"},"body":"<p>"}"#, 201, "text/html", "<p>"),
        (r#"{"statusCode":200,"isBase64Encoded":true,"body":"aGk="}"#, 200, "text/plain;charset=utf-8", "hi"),
        (r#"{"statusCode":"x"}"#, 500, "application/json", r#"{"message":"Internal Server Error"}"#),
        (r#"{"statusCode":200,"body":{"a":1}}"#, 500, "application/json", r#"{"message":"Internal Server Error"}"#),
        ("not json", 500, "application/json", r#"{"message":"Internal Server Error"}"#),
    ];
    for (given, status, kind, body) in cases {
        world.answer_with(given);
        let answer = world.get(&id, "/").await;
        assert_eq!(
            (answer.status, answer.header("content-type"), answer.body.as_str()),
            (status, kind, body),
            "{given}"
        );
    }
    world.answer_with(r#"{"statusCode":200,"cookies":["a=1","b=2; Secure"],"body":""}"#);
    let answer = world.get(&id, "/").await;
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2; Secure"]);
}

#[tokio::test]
async fn a_function_that_fails_or_hangs_is_not_the_clients_business() {
    let world = World::new();
    let id = world.api(&["$default"]).await;
    *world.function.error.lock().unwrap() = Some("Unhandled".into());
    assert_eq!(world.get(&id, "/").await.body, r#"{"message":"Internal Server Error"}"#);
    *world.function.hangs.lock().unwrap() = true;
    let clock = world.model.clock.clone();
    let (answer, ()) = tokio::join!(world.get(&id, "/"), async {
        while world.function.events.lock().unwrap().len() < 2 {
            tokio::task::yield_now().await;
        }
        clock.advance_millis(30_000);
    });
    assert_eq!((answer.status, answer.body.as_str()), (503, r#"{"message":"Service Unavailable"}"#));
}

#[tokio::test]
async fn without_the_functions_permission_the_api_fails_and_the_denial_can_be_explained() {
    let world = World::new();
    let id = world.api(&["ANY /tasks/{id}"]).await;
    *world.function.allowed.lock().unwrap() = None;
    let answer = world.get(&id, "/tasks/1").await;
    assert_eq!((answer.status, answer.body.as_str()), (500, r#"{"message":"Internal Server Error"}"#));
    let why = answer.header("x-maquette-explanation").to_owned();
    let request_id = why.rsplit(' ').next().unwrap();
    let denial = loop {
        match world.model.cloud.denials(Some(request_id), 1).unwrap().pop() {
            Some(denial) => break denial,
            None => tokio::task::yield_now().await,
        }
    };
    assert_eq!((denial.action.as_str(), denial.resource.as_str()), ("lambda:InvokeFunction", super::world::FUNCTION));
    // The permission that consoles and templates give.
    let source = format!("arn:aws:execute-api:us-east-1:000000000000:{id}/*/*/tasks/{{id}}");
    *world.function.allowed.lock().unwrap() = Some(source);
    assert_eq!(world.get(&id, "/tasks/1").await.status, 200);
}

#[tokio::test]
async fn a_stage_is_the_first_segment_of_the_path() {
    let world = World::new();
    let id = world.api(&["GET /a"]).await;
    let input = api::CreateStageRequest {
        api_id: id.clone(),
        stage_name: "prod".into(),
        auto_deploy: Some(true),
        stage_variables: Some([("color".to_owned(), "blue".to_owned())].into()),
        ..Default::default()
    };
    world.model.ask::<api::CreateStage>(input).await.unwrap();
    assert_eq!(world.get(&id, "/prod/a").await.status, 200);
    let event = world.event();
    assert_eq!((&event["rawPath"], &event["requestContext"]["stage"]), (&json!("/prod/a"), &json!("prod")));
    assert_eq!(event["stageVariables"], json!({"color": "blue"}));
    assert_eq!(world.get(&id, "/other/a").await.body, r#"{"message":"Not Found"}"#);
}

#[tokio::test]
async fn a_stage_with_a_rate_sends_the_rest_away() {
    let world = World::new();
    let id = world.api(&["$default"]).await;
    let settings =
        api::RouteSettings { throttling_burst_limit: Some(2), throttling_rate_limit: Some(1.0), ..Default::default() };
    let input = api::UpdateStageRequest {
        api_id: id.clone(),
        stage_name: "$default".into(),
        default_route_settings: Some(settings),
        ..Default::default()
    };
    world.model.ask::<api::UpdateStage>(input).await.unwrap();
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(world.get(&id, "/").await.status);
    }
    world.model.clock.advance_millis(1000);
    statuses.push(world.get(&id, "/").await.status);
    assert_eq!(statuses, [200, 200, 429, 200]);
}

#[tokio::test]
async fn a_disabled_endpoint_and_an_endless_body_are_refused() {
    let world = World::new();
    let id = world.api(&["$default"]).await;
    let long = "x".repeat(10 * 1024 * 1024 + 1);
    let answer = world.send(&id, "POST", "/", &[], &long).await;
    assert_eq!((answer.status, answer.body.as_str()), (413, r#"{"message":"Request Entity Too Large"}"#));
    let input =
        api::UpdateApiRequest { api_id: id.clone(), disable_execute_api_endpoint: Some(true), ..Default::default() };
    world.model.ask::<api::UpdateApi>(input).await.unwrap();
    assert_eq!(world.get(&id, "/").await.status, 404);
}

fn cors() -> api::Cors {
    let list = |items: &[&str]| Some(items.iter().map(|&item| item.to_owned()).collect());
    api::Cors {
        allow_origins: list(&["https://app.example"]),
        allow_methods: list(&["GET", "PATCH"]),
        allow_headers: list(&["authorization"]),
        expose_headers: list(&["x-total"]),
        max_age: Some(3600),
        allow_credentials: None,
    }
}

#[tokio::test]
async fn preflight_requests_get_exactly_what_is_configured() {
    let world = World::new();
    let id = world.api(&["GET /a", "PATCH /a"]).await;
    world.set_cors(&id, cors()).await;
    let ask = async |origin, method, headers| {
        let headers = [
            ("Origin", origin),
            ("Access-Control-Request-Method", method),
            ("Access-Control-Request-Headers", headers),
        ];
        let answer = world.send(&id, "OPTIONS", "/a", &headers, "").await;
        (answer.status, answer.header("access-control-allow-origin").to_owned(), answer)
    };
    let (status, origin, answer) = ask("https://app.example", "PATCH", "authorization").await;
    assert_eq!((status, origin.as_str()), (204, "https://app.example"));
    assert_eq!(answer.header("access-control-allow-methods"), "GET,PATCH");
    assert_eq!(answer.header("access-control-allow-headers"), "authorization");
    assert_eq!(answer.header("access-control-max-age"), "3600");
    for (origin, method, headers) in [
        ("https://evil.example", "PATCH", ""),
        ("https://app.example", "DELETE", ""),
        ("https://app.example", "GET", "x-other"),
    ] {
        let (status, allowed, _) = ask(origin, method, headers).await;
        assert_eq!((status, allowed.as_str()), (204, ""), "{origin} {method} {headers}");
    }
    assert!(world.function.events.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_configuration_replaces_what_a_function_says_of_cors() {
    let world = World::new();
    let id = world.api(&["ANY /{proxy+}"]).await;
    world.set_cors(&id, cors()).await;
    world.answer_with(r#"{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*"},"body":""}"#);
    let answer = world.send(&id, "GET", "/a", &[("Origin", "https://app.example")], "").await;
    assert_eq!(answer.header("access-control-allow-origin"), "https://app.example");
    assert_eq!(answer.header("access-control-expose-headers"), "x-total");
    let answer = world.send(&id, "GET", "/a", &[("Origin", "https://evil.example")], "").await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    // ANY takes OPTIONS too: the function is asked, and the configuration answers for it.
    let preflight = [("Origin", "https://app.example"), ("Access-Control-Request-Method", "GET")];
    let answer = world.send(&id, "OPTIONS", "/a", &preflight, "").await;
    assert_eq!((answer.status, answer.header("access-control-allow-methods")), (200, "GET,PATCH"));
    assert_eq!(world.event()["requestContext"]["http"]["method"], "OPTIONS");
}
