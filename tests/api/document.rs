//! `/openapi.json` and `/docs`: the API describes itself. One profile is enough: neither depends on
//! the stores.

use crate::support::{Answer, Profile, Setup, files_under};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Returns method and path of every operation in a document.
fn operations(document: &Value) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        found.extend(item.as_object().unwrap().keys().map(|m| (m.clone(), path.clone())));
    }
    found
}

/// Returns method and path of every handler in the source.
fn handlers() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for file in files_under(&Path::new(env!("CARGO_MANIFEST_DIR")).join("api/src")) {
        let source = std::fs::read_to_string(file).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap();
        for attribute in source.split("#[utoipa::path(").skip(1) {
            let attribute = attribute.split(")]").next().unwrap().trim();
            let method = attribute.split([',', ' ']).next().unwrap().to_owned();
            let path = attribute.split("path = \"").nth(1).unwrap().split('"').next().unwrap();
            found.insert((method, path.to_owned()));
        }
        for route in source.split(".route(\"").skip(1) {
            let path = route.split('"').next().unwrap();
            assert_eq!(path, "/openapi.json", "a route that describes itself nowhere");
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_described() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let document = server.api().get("/openapi.json").await.expect(200);
    let (described, written) = (operations(&document), handlers());
    assert!(written.len() >= 20, "only {} handlers were found in the source", written.len());
    assert_eq!(described, written);
    check_structure(&document);
    // Everything described is served: whatever else is wrong with the request, the route exists.
    let api = server.api();
    for (method, path) in described {
        let path = path
            .replace("{id}", "0198c5a2-7d1e-7bd0-9a55-0d3f3c1a2b4c")
            .replace("{consumer}", "parse")
            .replace("{position}", "1");
        let method = method.to_uppercase().parse().unwrap();
        let answer = Answer::of(api.request(method, &path)).await;
        assert_ne!(answer.status, 405, "{path}");
        assert!(!answer.text.contains("no_such_route"), "{path}");
    }
}

/// Checks rules of OpenAPI 3 that tools depend on.
fn check_structure(document: &Value) {
    assert!(document["openapi"].as_str().unwrap().starts_with("3."), "{}", document["openapi"]);
    assert!(!document["info"]["title"].as_str().unwrap().is_empty());
    assert!(!document["info"]["version"].as_str().unwrap().is_empty());
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let in_path: BTreeSet<&str> =
            path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
        for (method, operation) in item.as_object().unwrap() {
            let at = format!("{method} {path}");
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{at}: no id"));
            assert!(ids.insert(id), "{at}: the operationId {id} is used twice");
            assert!(operation["summary"].is_string() || operation["description"].is_string());
            assert!(!operation["tags"].as_array().unwrap().is_empty(), "{at}: no tag");
            let none = Vec::new();
            let parameters = operation["parameters"].as_array().unwrap_or(&none);
            let declared: BTreeSet<&str> = parameters
                .iter()
                .filter(|p| p["in"] == "path")
                .map(|p| p["name"].as_str().unwrap())
                .collect();
            assert_eq!(declared, in_path, "{at}: parameters of the path");
            for parameter in parameters {
                let name = &parameter["name"];
                assert!(parameter["schema"].is_object(), "{at}: {name} has no schema");
                assert!(parameter["in"] != "path" || parameter["required"] == true, "{at}: {name}");
                // Every parameter needs a description.
                let described = parameter["description"].as_str().is_some_and(|d| !d.is_empty());
                assert!(described || parameter["in"] == "path", "{at}: {name} is not described");
            }
            let responses = operation["responses"].as_object().unwrap();
            assert!(!responses.is_empty(), "{at}: no responses");
            for status in responses.keys() {
                assert!(status == "default" || status.parse::<u16>().is_ok(), "{at}: {status}");
            }
            for (status, response) in responses {
                check_response(&at, status, response);
            }
            if path.starts_with("/v1") {
                check_permission(&at, method, operation);
            }
        }
    }
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    assert_eq!(schemes["api_key"]["scheme"], "bearer");
    check_references(document, document);
}

/// What is sent, as it is sent: problems as problems, and no response without a word.
fn check_response(at: &str, status: &str, response: &Value) {
    let described = response["description"].as_str().is_some_and(|text| !text.is_empty());
    assert!(described, "{at}: {status} is not described");
    let types: Vec<&str> = match response["content"].as_object() {
        Some(content) => content.keys().map(String::as_str).collect(),
        None => Vec::new(),
    };
    let failed = status.parse::<u16>().is_ok_and(|status| status >= 400) || status == "default";
    // Not ready is an answer, not an error.
    if failed && at != "get /readyz" {
        assert_eq!(types, ["application/problem+json"], "{at}: {status}");
        let schema = &response["content"]["application/problem+json"]["schema"];
        assert_eq!(schema["$ref"], "#/components/schemas/Problem", "{at}: {status}");
    }
}

/// A caller, one permission, and what is answered where it is missing.
fn check_permission(at: &str, method: &str, operation: &Value) {
    let scopes = &operation["security"][0]["api_key"];
    let scopes: Vec<&str> =
        scopes.as_array().unwrap().iter().map(|scope| scope.as_str().unwrap()).collect();
    assert!(matches!(scopes.as_slice(), ["read" | "write" | "admin"]), "{at}: {scopes:?}");
    assert!(method != "get" || scopes != ["write"], "{at}: reads by permission to write");
    for status in ["401", "default"] {
        assert!(operation["responses"][status].is_object(), "{at}: {status} is left out");
    }
    // Only the WebSocket takes its key otherwise.
    assert!(operation["responses"]["403"].is_object() || at == "get /v1/ws", "{at}: no 403");
    let written = operation["parameters"].as_array().into_iter().flatten();
    let mut keyed = written.filter(|parameter| parameter["name"] == "Idempotency-Key");
    assert!(keyed.next().is_none() || scopes != ["read"], "{at}: a command by permission to read");
}

/// The names of schemas in the source: `as`, or the type's own.
fn schemas() -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["domain/src", "api-types/src", "api/src"] {
        for file in files_under(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) {
            let source = std::fs::read_to_string(file).unwrap();
            let source = source.split("#[cfg(test)]").next().unwrap();
            for derived in source.split("ToSchema").skip(1) {
                // Not the import, nor the bound of a parameter.
                let Some(head) =
                    derived.split('{').next().filter(|_| derived.starts_with([')', ',']))
                else {
                    continue;
                };
                let named = head.split("#[schema(as = ").nth(1).and_then(|it| it.split(')').next());
                let word = |keyword: &str| {
                    let mut words = head.split_whitespace().skip_while(|word| *word != keyword);
                    words.nth(1).map(|name| name.split(['<', '(', ';']).next().unwrap())
                };
                let name = named.or_else(|| word("struct")).or_else(|| word("enum"));
                found.extend(name.map(str::to_owned));
            }
        }
    }
    found
}

/// One of two schemas with one name would silently be left out of the document.
#[test]
fn schemas_have_names_of_their_own() {
    let mut names = schemas();
    assert!(names.len() > 60, "only {} schemas were found: {names:?}", names.len());
    names.sort_unstable();
    let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:?}: rename one, or `#[schema(as = …)]`");
}

fn check_references(document: &Value, value: &Value) {
    match value {
        Value::Object(map) => {
            if let Some(reference) = map.get("$ref") {
                let pointer = reference.as_str().unwrap().strip_prefix('#').unwrap();
                assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
            }
            map.values().for_each(|value| check_references(document, value));
        }
        Value::Array(values) => values.iter().for_each(|v| check_references(document, v)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn docs_need_no_network() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let url = server.url();
    let page = reqwest::get(format!("{url}/docs")).await.unwrap();
    assert_eq!(page.status(), 200);
    let base = page.url().clone();
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let html = page.text().await.unwrap();
    let mut links = Vec::new();
    for attribute in ["src=\"", "href=\""] {
        links.extend(html.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap()));
    }
    assert!(links.len() >= 4, "{html}");
    let mut settings = String::new();
    for link in links {
        let target = base.join(link).unwrap();
        assert_eq!(target.host_str(), Some("127.0.0.1"), "{link} leads away");
        let answer = reqwest::get(target).await.unwrap();
        assert_eq!(answer.status(), 200, "{link}");
        let text = answer.text().await.unwrap_or_default();
        if link.contains("initializer") {
            settings = text.clone();
        }
        if link.ends_with(".css") {
            for target in text.split("url(").skip(1) {
                let target = target.trim_start_matches(['"', '\'']);
                assert!(target.starts_with("data:"), "{link} loads {target:.40}");
            }
        }
    }
    // By default the document is checked by a third-party server.
    let validator: String = settings.split_whitespace().collect();
    assert!(validator.contains("\"validatorUrl\":\"none\""), "{settings}");
    let described = settings.split("\"url\": \"").nth(1).unwrap().split('"').next().unwrap();
    let document: Value =
        reqwest::get(format!("{url}{described}")).await.unwrap().json().await.unwrap();
    assert_eq!(document, server.api().get("/openapi.json").await.expect(200));
}
