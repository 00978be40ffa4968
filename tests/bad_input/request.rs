//! Errors in everything but the body: path, query, method, token, key.

use crate::support::{Answer, Profile, Setup, VTT};
use crate::{Case, case, check};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn bad_paths_and_queries_are_explained() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let session = api.session(VTT, &[]).await;
    let id = session["id"].as_str().unwrap();
    let summary = session["summary_id"].as_str().unwrap();
    let client = api.post("/v1/clients", &json!({"name": "Noa"})).await.expect(201);
    let client = client["id"].as_str().unwrap();
    let get = |path: &str| api.request(Method::GET, path);
    let mut cases: Vec<Case> = Vec::new();

    let unknown = Uuid::now_v7().to_string();
    for resource in ["transcripts", "clients", "summaries"] {
        let path = format!("/v1/{resource}/{unknown}");
        cases.push(case(&path, get(&path), 404, "not_found", "your organization"));
        let long = "0".repeat(5_000);
        for bad in ["42", "x", "%00", "..%2f..%2fetc%2fpasswd", "%ff", "null", "-1", &long] {
            let path = format!("/v1/{resource}/{bad}");
            let name = format!("{path:.60}");
            cases.push(case(name, get(&path), 400, "invalid_id", "UUID"));
        }
    }
    for rest in ["status", "turns"] {
        let path = format!("/v1/transcripts/{unknown}/{rest}");
        cases.push(case(&path, get(&path), 404, "not_found", "your organization"));
        let path = format!("/v1/transcripts/42/{rest}");
        cases.push(case(&path, get(&path), 400, "invalid_id", "UUID"));
    }
    for (method, body) in [(Method::PATCH, json!({"title": "x"})), (Method::DELETE, json!(null))] {
        let path = format!("/v1/transcripts/{unknown}");
        let request = api.request(method.clone(), &path).json(&body);
        cases.push(case(
            format!("{method} {path}"),
            request,
            404,
            "not_found",
            "your organization",
        ));
        let request = api.request(method.clone(), "/v1/transcripts/42").json(&body);
        cases.push(case(format!("{method} 42"), request, 400, "invalid_id", "UUID"));
    }
    let process =
        api.request(Method::POST, "/v1/transcripts/process").json(&json!({"id": unknown}));
    cases.push(case("process unknown", process, 404, "not_found", "your organization"));
    for bad in ["parse/x", "parse/9223372036854775808", "parse/1.5"] {
        let path = format!("/v1/dead-letters/{bad}");
        cases.push(case(&path, get(&path), 400, "invalid_id", "position"));
    }
    for bad in ["parse/1", "parse/-1", "nobody/1", "parse/9223372036854775807"] {
        let path = format!("/v1/dead-letters/{bad}");
        cases.push(case(&path, get(&path), 404, "not_found", "your organization"));
    }

    let lists = [
        ("/v1/transcripts".to_owned(), "200"),
        ("/v1/clients".to_owned(), "500"),
        (format!("/v1/transcripts/{id}/turns"), "2000"),
        ("/v1/dead-letters".to_owned(), "500"),
    ];
    for (path, most) in &lists {
        for bad in ["0", "1000000"] {
            let path = format!("{path}?limit={bad}");
            cases.push(case(&path, get(&path), 400, "invalid_query", most));
        }
        for bad in ["-1", "x", "1.5", "", "99999999999999999999", "%00"] {
            let path = format!("{path}?limit={bad}");
            cases.push(case(&path, get(&path), 400, "invalid_query", "limit"));
        }
        for bad in ["-1", "x", "99999999999999999999999"] {
            let path = format!("{path}?after={bad}");
            cases.push(case(&path, get(&path), 400, "invalid_query", "after"));
        }
    }
    let reads = [
        "/v1/transcripts".to_owned(),
        "/v1/clients".to_owned(),
        format!("/v1/transcripts/{id}"),
        format!("/v1/transcripts/{id}/status"),
        format!("/v1/transcripts/{id}/turns"),
        format!("/v1/summaries/{summary}"),
        format!("/v1/summaries/{summary}/versions"),
        format!("/v1/clients/{client}"),
    ];
    for path in &reads {
        for bad in ["x", "-1", "1.5", "9223372036854775807", "9223372036854775808", ""] {
            let path = format!("{path}?min_position={bad}");
            cases.push(case(&path, get(&path), 400, "invalid_query", "min_position"));
        }
        let twice = format!("{path}?min_position=1&min_position=1");
        cases.push(case(&twice, get(&twice), 400, "invalid_query", "min_position"));
        let unknown = format!("{path}?minposition=1");
        cases.push(case(&unknown, get(&unknown), 400, "invalid_query", "minposition"));
    }
    let summary = format!("/v1/summaries/{summary}");
    for (query, code, status) in [
        ("version=0", "invalid_query", 400),
        ("version=99", "not_found", 404),
        ("version=-1", "invalid_query", 400),
        ("version=x", "invalid_query", 400),
    ] {
        let path = format!("{summary}?{query}");
        cases.push(case(&path, get(&path), status, code, ""));
    }
    for (query, says) in [
        ("state=asleep", "ready"),
        ("state=", "ready"),
        ("client_id=42", "client_id"),
        ("sort=title", "sort"),
    ] {
        let path = format!("/v1/transcripts?{query}");
        cases.push(case(&path, get(&path), 400, "invalid_query", says));
    }
    let upload = |query: &str| {
        let path = format!("/v1/transcripts/upload?{query}");
        api.request(Method::POST, &path).body(VTT)
    };
    cases.push(case(
        "unknown query of an upload",
        upload("name=a.vtt"),
        400,
        "invalid_query",
        "filename",
    ));
    cases.push(case(
        "two names",
        upload("filename=a&filename=b"),
        400,
        "invalid_query",
        "filename",
    ));
    check(&server, cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_methods_and_places_are_explained() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let id = Uuid::now_v7();
    let wrong = [
        (Method::PUT, "/v1/transcripts".to_owned(), "GET"),
        (Method::POST, "/v1/transcripts".to_owned(), "GET"),
        (Method::PUT, format!("/v1/transcripts/{id}"), "PATCH"),
        (Method::POST, format!("/v1/transcripts/{id}"), "DELETE"),
        (Method::DELETE, format!("/v1/transcripts/{id}/status"), "GET"),
        (Method::PUT, "/v1/transcripts/upload".to_owned(), "POST"),
        (Method::PATCH, "/v1/clients".to_owned(), "POST"),
        (Method::DELETE, format!("/v1/summaries/{id}"), "GET"),
        (Method::GET, "/v1/dead-letters/parse/1/retry".to_owned(), "POST"),
        (Method::POST, "/v1/ws".to_owned(), "GET"),
        (Method::POST, "/livez".to_owned(), "GET"),
        (Method::TRACE, "/v1/transcripts".to_owned(), "GET"),
    ];
    for (method, path, allowed) in wrong {
        let answer = Answer::of(api.request(method.clone(), &path)).await;
        assert_eq!(answer.problem(405), "method_not_allowed", "{method} {path}");
        let allow = answer.header("allow").unwrap_or_default();
        assert!(allow.contains(allowed), "{method} {path} allows {allow:?}");
    }
    let mut cases: Vec<Case> = Vec::new();
    for path in [
        "/",
        "/v1",
        "/v1/",
        "/v2/transcripts",
        "/v1/transcript",
        "/v1/transcripts/",
        "//v1/transcripts",
        "/v1/transcripts/a/b/c",
        "/.env",
        "/favicon.ico",
    ] {
        cases.push(case(path, api.request(Method::GET, path), 404, "no_such_route", "/docs"));
    }
    let get = || api.request(Method::GET, "/v1/ws");
    cases.push(case("no WebSocket", get(), 400, "not_a_websocket", "WebSocket"));
    check(&server, cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_tokens_are_refused_alike() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let url = format!("{}/v1/transcripts", server.url());
    let get = || api.http.get(&url);
    let with = |value: &[u8]| {
        get().header("authorization", reqwest::header::HeaderValue::from_bytes(value).unwrap())
    };
    let key = &api.key;
    let headers: Vec<(&str, Vec<u8>)> = vec![
        ("another's", b"Bearer dbf_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_vec()),
        ("garbage", b"Bearer \x21\x22\x23".to_vec()),
        ("not ASCII", b"Bearer \xff\xfe".to_vec()),
        ("too long", [b"Bearer ".as_slice(), &[b'a'; 4096]].concat()),
        ("no scheme", key.as_bytes().to_vec()),
        ("basic", format!("Basic {key}").into_bytes()),
        ("two keys", format!("Bearer {key} {key}").into_bytes()),
        ("a prefix of a key", format!("Bearer {}", &key[..key.len() - 1]).into_bytes()),
        ("a key in quotes", format!("Bearer \"{key}\"").into_bytes()),
        ("empty", b"Bearer ".to_vec()),
        ("nothing", b"".to_vec()),
        ("only the scheme", b"Bearer".to_vec()),
        ("SQL", b"Bearer ' OR 1=1 --".to_vec()),
    ];
    let mut cases = vec![case("none", get(), 401, "unauthorized", "Authorization: Bearer")];
    for (name, value) in headers {
        cases.push(case(name, with(&value), 401, "unauthorized", "key"));
    }
    // An upload is refused before its file is read.
    let upload = api.http.post(format!("{}/v1/transcripts/upload", server.url()));
    let upload = upload.multipart(api.form(VTT, &[]));
    cases.push(case("an upload without a key", upload, 401, "unauthorized", "Bearer"));
    check(&server, cases).await;
    let refused = Answer::of(get()).await;
    assert_eq!(refused.header("www-authenticate"), Some("Bearer"));

    // A header of 1 MB does not reach a handler; it is refused, and the server keeps running.
    match Answer::try_of(with(&[b"Bearer ".as_slice(), &vec![b'a'; 1 << 20]].concat())).await {
        Ok(answer) => assert!((400..500).contains(&answer.status), "{}", answer.status),
        Err(error) => println!("1 MB of token: the connection was closed ({error})"),
    }
    assert_eq!(api.get("/v1/transcripts").await.status, 200);
    // Case and spaces are ignored where HTTP says so.
    assert_eq!(Answer::of(with(format!("bearer   {key} ").as_bytes())).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_idempotency_keys_are_explained() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let id = api.session(VTT, &[]).await["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/transcripts/{id}");
    let mut cases = Vec::new();
    let values: [(&str, Vec<u8>); 4] = [
        ("empty", Vec::new()),
        ("too long", vec![b'a'; 201]),
        ("not ASCII", "מפתח".as_bytes().to_vec()),
        ("not UTF-8", vec![0xff, 0xfe]),
    ];
    for (name, value) in values {
        let value = reqwest::header::HeaderValue::from_bytes(&value).unwrap();
        let requests = [
            api.upload_request(api.form(VTT, &[])),
            api.request(Method::POST, "/v1/clients").json(&json!({"name": "x"})),
            api.request(Method::POST, "/v1/transcripts/process").json(&json!({"id": id})),
            api.request(Method::PATCH, &path).json(&json!({"title": "x"})),
            api.request(Method::DELETE, &path),
        ];
        for (n, request) in requests.into_iter().enumerate() {
            let request = request.header("idempotency-key", value.clone());
            let name = format!("{name}, request {n}");
            cases.push(case(name, request, 400, "invalid_idempotency_key", "200"));
        }
    }
    check(&server, cases).await;
    let longest = api.request(Method::POST, "/v1/clients").json(&json!({"name": "x"}));
    Answer::of(longest.header("idempotency-key", "k".repeat(200))).await.expect(201);
}
