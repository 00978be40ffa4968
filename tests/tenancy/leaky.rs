//! A small server with a configurable leak, to see that it is found.

use crate::examine::{Report, Target, examine};
use crate::resource::{Case, Resource};
use crate::support::Api;
use crate::world::Ids;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;

/// The leak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    ShowsAnothers,
    ShowsAnothersPart,
    TellsThatItIsThere,
    ListsAll,
    FiltersByAnyClient,
    DeletesAnothers,
    NeedsNoToken,
    TakesAnyToken,
    HidesFromTheOwner,
    HasAnotherBody,
    HasAnotherResource,
    LostARoute,
}

/// Does not describe `/v1/things/{id}/part`, which is not required.
const THINGS: Resource = Resource {
    file: file!(),
    prefixes: &["/v1/things"],
    parameters: &[("/v1/things/{id}", |ids| ids.transcript.clone())],
    cases: &[Case::own("post", "/v1/things", |request, _| request.json(&json!({"title": "x"})))],
};

/// The title of its one thing, the owner's secret.
const TITLE: &str = "Zanzibar";

/// Returns the result of examining the server.
pub(crate) async fn examined(fault: Fault) -> Report {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (real, none) = (Ids::of_nothing(), Ids::of_nothing());
    let thing = real.transcript.clone();
    let server = Box::leak(Box::new(Server { fault, thing, deleted: AtomicBool::new(false) }));
    let router = Router::new().fallback(answer).with_state(&*server);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let target = Target {
        theirs: &Api::new(&url, "theirs"),
        stranger: &Api::new(&url, "stranger"),
        real: &real,
        none: &none,
        secrets: &[TITLE.to_owned(), real.transcript.clone()],
        resources: &[&THINGS],
        patience: Duration::ZERO,
    };
    examine(&target, &document(fault)).await
}

fn document(fault: Fault) -> Value {
    let filter = json!([{"name": "client_id", "in": "query", "required": false}]);
    let with_body = json!({"requestBody": {}});
    let mut document = json!({"paths": {
        "/v1/things": {"get": {"parameters": filter}, "post": with_body},
        "/v1/things/{id}": {"get": {}, "delete": {}},
        "/v1/things/{id}/part": {"get": {}},
    }});
    let paths = document["paths"].as_object_mut().unwrap();
    match fault {
        Fault::HasAnotherBody => {
            paths.insert("/v1/things/{id}/merge".to_owned(), json!({"post": with_body}));
        }
        Fault::HasAnotherResource => {
            paths.insert("/v1/others/{id}".to_owned(), json!({"get": {}}));
        }
        Fault::LostARoute => {
            paths["/v1/things"].as_object_mut().unwrap().remove("post");
        }
        _ => {}
    }
    document
}

struct Server {
    fault: Fault,
    /// The id of its one thing.
    thing: String,
    deleted: AtomicBool,
}

async fn answer(State(server): State<&'static Server>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches("/v1/things").trim_start_matches('/');
    let token = request.headers().get(header::AUTHORIZATION);
    let is_owner = match token.map(|token| token.as_bytes()) {
        Some(b"Bearer theirs") => true,
        Some(b"Bearer stranger") => false,
        Some(_) if server.fault == Fault::TakesAnyToken => false,
        _ if server.fault == Fault::NeedsNoToken && path.ends_with("part") => false,
        _ => {
            return (StatusCode::UNAUTHORIZED, json!({"code": "unauthorized"}).to_string())
                .into_response();
        }
    };
    let there = !server.deleted.load(Ordering::Relaxed);
    let it = json!({"id": server.thing, "title": TITLE});
    let (id, part) = path.split_once('/').unwrap_or((path, ""));
    let found = there && id == server.thing;
    let allowed = |fault| found && (is_owner || server.fault == fault);
    let filtered = request.uri().query().is_some();
    match (request.method().as_str(), id, part) {
        ("GET", "", _) => {
            let all = is_owner
                || server.fault == Fault::ListsAll
                || server.fault == Fault::FiltersByAnyClient && filtered;
            let items = if all && there { vec![it] } else { vec![] };
            json!({"items": items}).to_string().into_response()
        }
        ("POST", "", _) => StatusCode::CREATED.into_response(),
        ("GET", _, "") if allowed(Fault::ShowsAnothers) => it.to_string().into_response(),
        ("GET", _, "") if found && server.fault == Fault::TellsThatItIsThere => {
            StatusCode::FORBIDDEN.into_response()
        }
        ("GET", _, "part")
            if allowed(Fault::ShowsAnothersPart) && server.fault != Fault::HidesFromTheOwner =>
        {
            it.to_string().into_response()
        }
        ("DELETE", _, "") if allowed(Fault::DeletesAnothers) => {
            server.deleted.store(true, Ordering::Relaxed);
            StatusCode::OK.into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
