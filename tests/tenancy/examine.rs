//! Requests every operation of a document with another organization's ids.
//!
//! Each is sent without a token, with an unknown token, and by a stranger; then by the owner, as
//! the control, because a request that always fails proves nothing. This module knows no routes.

use crate::document::{Operation, operations};
use crate::resource::{Case, Expect, Fill, Resource};
use crate::support::{Answer, Api};
use crate::world::Ids;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The organizations, their ids and the resources.
pub(crate) struct Target<'a> {
    pub theirs: &'a Api,
    pub stranger: &'a Api,
    /// Ids of [`Target::theirs`].
    pub real: &'a Ids,
    /// Ids that do not exist.
    pub none: &'a Ids,
    /// What only [`Target::theirs`] may see.
    pub secrets: &'a [String],
    pub resources: &'a [&'a Resource],
    /// How long the owner waits for a job that a request needs.
    pub patience: Duration,
}

/// The result.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// The errors, each with the operation.
    pub findings: Vec<String>,
    pub operations: usize,
    pub requests: usize,
    /// The number of answers to the owner with a secret: those that could have leaked.
    pub shown_to_owner: usize,
}

impl Report {
    fn find(&mut self, at: &str, what: impl std::fmt::Display) {
        self.findings.push(format!("{at}: {what}"));
    }

    /// Checks that another's id is answered like one that does not exist.
    pub(crate) fn compare(&mut self, at: &str, foreign: &(u16, String), missing: &(u16, String)) {
        if foreign != missing {
            self.find(at, format!("tells the two apart: {foreign:?} and {missing:?}"));
        }
    }
}

/// Returns an answer without the parts that differ between requests.
pub(crate) fn essence(answer: &Answer) -> (u16, String) {
    let Ok(mut body) = serde_json::from_str::<Value>(&answer.text) else {
        return (answer.status, answer.text.clone());
    };
    if let Some(body) = body.as_object_mut() {
        body.remove("correlation_id");
    }
    (answer.status, body.to_string())
}

/// A request to be sent by each caller.
struct Trial {
    at: String,
    method: Method,
    /// With the real ids, and with ids that do not exist.
    paths: (String, String),
    /// A filter from the document, with an id.
    filter: Option<String>,
    fill: Fill,
    expect: Expect,
}

impl Trial {
    /// Orders reads before writes, while the stranger has nothing to find, and destructive requests
    /// last, the innermost first.
    fn order(&self) -> (u8, usize) {
        match self.method {
            Method::DELETE => (2, usize::MAX - self.paths.0.matches('/').count()),
            Method::GET => (0, 0),
            _ if self.expect == Expect::Empty => (0, 0),
            _ => (1, 0),
        }
    }

    fn request(&self, api: &Api, target: &Target<'_>, real: bool) -> RequestBuilder {
        let (path, ids) =
            if real { (&self.paths.0, target.real) } else { (&self.paths.1, target.none) };
        let mut request = api.request(self.method.clone(), path);
        if let Some(name) = &self.filter {
            request = request.query(&[(name, ids.filter(name))]);
        }
        (self.fill)(request, ids)
    }
}

/// Sends all requests and reports errors.
pub(crate) async fn examine(target: &Target<'_>, document: &Value) -> Report {
    let mut report = Report::default();
    let operations = operations(document);
    report.operations = operations.len();
    for case in target.resources.iter().flat_map(|resource| resource.cases) {
        let known = |it: &Operation| it.method == case.method && it.path == case.path;
        if !operations.iter().any(known) {
            report.find(&format!("{} {}", case.method, case.path), "there is no such operation");
        }
    }
    let mut trials = Vec::new();
    for operation in &operations {
        trials.extend(plan(operation, target, &mut report));
    }
    trials.sort_by_key(Trial::order);

    let before = state(target, &trials).await;
    for trial in &trials {
        try_as_others(trial, target, &mut report).await;
    }
    for (at, was, is) in changed(&before, &state(target, &trials).await) {
        report.find(&at, format!("changed by somebody else, from {was} to {is}"));
    }
    for trial in &trials {
        try_as_owner(trial, target, &mut report).await;
    }
    report
}

/// Returns the resource of a path: the one with its longest prefix.
fn resource_of<'a>(target: &Target<'a>, path: &str) -> Option<&'a Resource> {
    let length = |resource: &Resource| {
        let fits = resource.prefixes.iter().filter(|prefix| {
            path.strip_prefix(**prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        fits.map(|prefix| prefix.len()).max()
    };
    let fitting = target.resources.iter().filter_map(|it| length(it).map(|length| (length, *it)));
    fitting.max_by_key(|(length, _)| *length).map(|(_, resource)| resource)
}

/// Returns the file in which to describe a path.
fn file_for(target: &Target<'_>, path: &str) -> String {
    if let Some(resource) = resource_of(target, path) {
        return resource.file.to_owned();
    }
    let name = path.trim_start_matches("/v1").trim_start_matches('/');
    let name = name.split('/').next().unwrap_or_default().replace('-', "_");
    format!("a new file tests/tenancy/{name}.rs (and RESOURCES)")
}

/// Returns the requests for an operation. If the document and the resources do not describe it well
/// enough, the report says what is missing and in which file.
fn plan(operation: &Operation, target: &Target<'_>, report: &mut Report) -> Vec<Trial> {
    let Operation { method, path, .. } = operation;
    let at = format!("{method} {path}");
    let described: Vec<&Case> = target
        .resources
        .iter()
        .flat_map(|resource| resource.cases)
        .filter(|case| case.method == method && case.path == path)
        .collect();
    if described.iter().any(|case| case.expect == Expect::Elsewhere) {
        return Vec::new();
    }
    let Some(paths) = fill_path(operation, target, report) else { return Vec::new() };
    let trial = |filter: Option<&str>, fill, expect| Trial {
        at: at.clone(),
        method: method.to_uppercase().parse().unwrap(),
        paths: paths.clone(),
        filter: filter.map(str::to_owned),
        fill,
        expect,
    };
    let mut trials: Vec<Trial> =
        described.iter().map(|case| trial(None, case.fill, case.expect)).collect();
    let open = described.iter().any(|case| case.expect == Expect::Open);
    let needs = operation
        .query
        .iter()
        .find(|(name, required)| *required && target.real.filter(name).is_none());
    if operation.body || needs.is_some() {
        if described.is_empty() {
            let what = match needs {
                Some((name, _)) => format!("needs the query parameter {name}"),
                None => "takes a body".to_owned(),
            };
            let file = file_for(target, path);
            report.find(&at, format!("{what}: add a case with one to {file}"));
        }
    } else if !open {
        // As described by the document: without filters, and with each filter that takes an id.
        let expect = match method.as_str() {
            _ if path.contains('{') => Expect::Hidden,
            "get" => Expect::Empty,
            _ => Expect::Own,
        };
        let filters = operation.query.iter().map(|(name, _)| name.as_str());
        let filters = filters.filter(|name| target.real.filter(name).is_some());
        trials.extend(filters.map(|name| trial(Some(name), |request, _| request, expect)));
        trials.push(trial(None, |request, _| request, expect));
    }
    trials
}

/// Returns the path with the real ids, and with ids that do not exist.
fn fill_path(
    operation: &Operation,
    target: &Target<'_>,
    report: &mut Report,
) -> Option<(String, String)> {
    let Operation { method, path, .. } = operation;
    let (mut real, mut none) = (path.clone(), path.clone());
    for parameter in operation.parameters() {
        let all = target.resources.iter().flat_map(|resource| resource.parameters);
        let Some((_, id)) = all.into_iter().find(|(known, _)| *known == parameter) else {
            let file = file_for(target, path);
            let what = format!("nothing fills {parameter}: add its id to `parameters` in {file}");
            report.find(&format!("{method} {path}"), what);
            return None;
        };
        let name = &parameter[parameter.rfind('{').unwrap()..];
        real = real.replacen(name, &id(target.real), 1);
        none = none.replacen(name, &id(target.none), 1);
    }
    Some((real, none))
}

/// Sends a request as everyone but the owner.
async fn try_as_others(trial: &Trial, target: &Target<'_>, report: &mut Report) {
    let at = &trial.at;
    let nobody = Api::new(&target.stranger.url, "dbf_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    // Whatever the ids.
    for real in [true, false] {
        let without = without_token(trial.request(target.stranger, target, real)).await;
        look(at, &without, target, report);
        if trial.expect == Expect::Open {
            if without.status != 200 {
                report.find(at, format!("is not open to all: {}", without.text));
            }
            continue;
        }
        let garbage = Answer::of(trial.request(&nobody, target, real)).await;
        look(at, &garbage, target, report);
        for (who, answer) in [("without a token", without), ("with nobody's token", garbage)] {
            let code = serde_json::from_str(&answer.text).unwrap_or(Value::Null)["code"].clone();
            if (answer.status, code) != (401, json!("unauthorized")) {
                report.find(at, format!("{who} it answers {}: {}", answer.status, answer.text));
            }
        }
    }
    if trial.expect == Expect::Open {
        return;
    }
    let answer = Answer::of(trial.request(target.stranger, target, true)).await;
    look(at, &answer, target, report);
    match trial.expect {
        Expect::Hidden => {
            let missing = Answer::of(trial.request(target.stranger, target, false)).await;
            if !(400..500).contains(&answer.status) {
                report.find(at, format!("is open to others: {} {}", answer.status, answer.text));
            }
            report.compare(at, &essence(&answer), &essence(&missing));
        }
        _ if !(200..300).contains(&answer.status) => {
            report.find(at, format!("refuses a stranger's own: {} {}", answer.status, answer.text));
        }
        Expect::Empty => {
            let body = serde_json::from_str(&answer.text).unwrap_or(Value::Null);
            let empty = |list: &Value| list.is_null() || list == &json!([]) || list == &json!(0);
            if !["items", "hits", "passages"].iter().all(|list| empty(&body[list])) {
                report.find(at, format!("finds something for who has nothing: {body}"));
            }
        }
        _ => {}
    }
}

async fn without_token(request: RequestBuilder) -> Answer {
    let (client, request) = request.build_split();
    let mut request = request.unwrap();
    request.headers_mut().remove("authorization");
    Answer::of(RequestBuilder::from_parts(client, request)).await
}

/// Searches an answer for secrets.
fn look(at: &str, answer: &Answer, target: &Target<'_>, report: &mut Report) {
    report.requests += 1;
    let found = secrets(answer, target);
    if !found.is_empty() {
        report.find(at, format!("shows {found:?} with {}", answer.status));
    }
}

fn secrets<'a>(answer: &Answer, target: &Target<'a>) -> Vec<&'a String> {
    let text = format!("{:?}{}", answer.headers, answer.text);
    target.secrets.iter().filter(|secret| text.contains(secret.as_str())).collect()
}

/// Returns what the owner reads, by operation.
async fn state(target: &Target<'_>, trials: &[Trial]) -> Vec<(String, (u16, String))> {
    let mut state = Vec::new();
    for trial in trials.iter().filter(|it| it.method == Method::GET && it.expect != Expect::Open) {
        let answer = Answer::of(trial.request(target.theirs, target, true)).await;
        state.push((trial.at.clone(), essence(&answer)));
    }
    state
}

fn changed<'a>(
    before: &'a [(String, (u16, String))],
    after: &'a [(String, (u16, String))],
) -> impl Iterator<Item = (String, &'a str, &'a str)> {
    let both = before.iter().zip(after).filter(|(before, after)| before != after);
    both.map(|(before, after)| (before.0.clone(), before.1.1.as_str(), after.1.1.as_str()))
}

/// Control: the same request by the owner succeeds.
async fn try_as_owner(trial: &Trial, target: &Target<'_>, report: &mut Report) {
    let began = Instant::now();
    let answer = loop {
        let answer = Answer::of(trial.request(target.theirs, target, true)).await;
        if is_right(&answer) || began.elapsed() >= target.patience {
            break answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    if !is_right(&answer) {
        let what = format!("the owner is answered {} {}", answer.status, answer.text);
        report.find(&trial.at, format!("{what}: what it was filled with is not right"));
    }
    report.shown_to_owner += usize::from(!secrets(&answer, target).is_empty());
}

/// Whether an answer shows that the owner's request was filled with what exists: it succeeds, or does
/// not fit the state of what it found, as a second request of the owner may not.
fn is_right(answer: &Answer) -> bool {
    (200..300).contains(&answer.status) || answer.status == 409
}
