//! The description of a handler in the OpenAPI document, derived from the handler's own types.
//!
//! An extractor declares its parameters, its body, its permission and the problems that it returns;
//! the type of the answer declares the answer. `#[utoipa::path]` adds what no type knows: method,
//! path, name, and statuses with a meaning of their own. The document therefore cannot promise what
//! the code does not do.
//!
//! [`routes`] registers handlers together with their descriptions.
//!
//! [`routes`]: super::routes

use super::codes::Code;
use super::problem::MEDIA_TYPE;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use debrief_api_types::Problem;
use debrief_domain::principal::Permission;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Required};
use utoipa::{IntoParams, ToSchema};

/// The name of the security scheme.
pub(crate) const SCHEME: &str = "api_key";
const JSON: &str = "application/json";

/// Describes itself in the OpenAPI document.
pub(crate) trait Describe {
    fn describe(described: &mut Described<'_>);
}

/// An operation that is being described.
pub(crate) struct Described<'a> {
    pub(super) path: &'a str,
    pub(super) operation: &'a mut Operation,
    /// The schemas that it refers to.
    pub(super) schemas: &'a mut Vec<(String, RefOr<Schema>)>,
}

impl Described<'_> {
    /// Adds a permission that the operation needs.
    pub(crate) fn requires(&mut self, permission: Permission) {
        let requirement = SecurityRequirement::new(SCHEME, [permission.as_str()]);
        self.operation.security = Some(vec![requirement]);
    }

    /// Adds a problem that the operation may return.
    pub(crate) fn refuses(&mut self, code: Code) {
        let status = code.status().as_u16().to_string();
        let responses = &mut self.operation.responses.responses;
        let RefOr::T(response) =
            responses.entry(status).or_insert_with(|| Response::new("").into())
        else {
            return;
        };
        if !response.description.is_empty() {
            response.description.push_str("\n\n");
        }
        response.description.push_str(&format!("`{}`: {}", code.as_str(), code.meaning()));
    }

    /// Returns the names in the braces of the path, in order.
    pub(crate) fn names_in_path(&self) -> Vec<String> {
        let names = self.path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
        names.map(str::to_owned).collect()
    }

    /// Adds a parameter. One that `#[utoipa::path]` describes is left as it is.
    pub(crate) fn takes(&mut self, parameter: Parameter) {
        let parameters = self.operation.parameters.get_or_insert_default();
        let known = parameters.iter().any(|known| {
            matches!(known, RefOr::T(known) if known.name == parameter.name
                && known.parameter_in == parameter.parameter_in)
        });
        if !known {
            parameters.push(parameter.into());
        }
    }

    /// Adds the fields of `T` in the query.
    pub(crate) fn takes_query<T: IntoParams>(&mut self) {
        for parameter in T::into_params(|| Some(ParameterIn::Query)) {
            self.takes(parameter);
        }
    }

    /// Adds a JSON body.
    pub(crate) fn takes_body<T: ToSchema>(&mut self) {
        let schema = self.schema::<T>();
        self.takes_content(JSON, schema);
    }

    /// Says that the body may be left out.
    pub(crate) fn leaves_out_body(&mut self) {
        if let Some(RefOr::T(body)) = &mut self.operation.request_body {
            body.required = Some(Required::False);
        }
    }

    /// Adds a body of another media type, in addition to those present.
    pub(crate) fn takes_content(&mut self, media_type: &str, schema: RefOr<Schema>) {
        let mut body = match self.operation.request_body.take() {
            Some(RefOr::T(body)) => body,
            _ => RequestBodyBuilder::new().required(Some(Required::True)).build(),
        };
        let content = Content::new(Some(schema));
        body.content.insert(media_type.to_owned(), RefOr::T(content));
        self.operation.request_body = Some(RefOr::T(body));
    }

    /// Adds a JSON answer, at the successful statuses that `#[utoipa::path]` names, or else at 200.
    pub(crate) fn answers<T: ToSchema>(&mut self) {
        let schema = self.schema::<T>();
        let responses = &mut self.operation.responses.responses;
        if !responses.keys().any(|status| status.starts_with('2')) {
            responses.insert("200".to_owned(), Response::new("").into());
        }
        for (status, response) in responses {
            if let RefOr::T(response) = response
                && status.starts_with('2')
            {
                let content = Content::new(Some(schema.clone()));
                response.content.insert(JSON.to_owned(), RefOr::T(content));
            }
        }
    }

    /// Adds an answer that is a stream of events, at the successful statuses that
    /// `#[utoipa::path]` names, or else at 200.
    pub(crate) fn answers_events(&mut self) {
        for (status, response) in &mut self.operation.responses.responses {
            if let RefOr::T(response) = response
                && status.starts_with('2')
            {
                let content = RefOr::T(Content::new(None::<RefOr<Schema>>));
                response.content.insert("text/event-stream".to_owned(), content);
            }
        }
    }

    fn schema<T: ToSchema>(&mut self) -> RefOr<Schema> {
        self.schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(self.schemas);
        Ref::from_schema_name(T::name()).into()
    }
}

/// State that the handlers of a resource share.
impl<T> Describe for State<T> {
    fn describe(_: &mut Described<'_>) {}
}

/// No body.
impl Describe for StatusCode {
    fn describe(_: &mut Described<'_>) {}
}

impl<T: ToSchema> Describe for Json<T> {
    fn describe(described: &mut Described<'_>) {
        described.answers::<T>();
    }
}

pub(super) fn operations(
    item: &mut PathItem,
) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    let operations = [
        (HttpMethod::Get, &mut item.get),
        (HttpMethod::Put, &mut item.put),
        (HttpMethod::Post, &mut item.post),
        (HttpMethod::Delete, &mut item.delete),
        (HttpMethod::Patch, &mut item.patch),
    ];
    operations.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Completes all operations: problems have the media type of problems, any operation under `/v1`
/// may return one that it does not list, and every response at least has its status as description.
pub(crate) fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        for (_, operation) in operations(item) {
            if path.starts_with("/v1/") {
                let mut described = Described { path, operation, schemas: &mut Vec::new() };
                described.refuses(Code::Internal);
                described.refuses(Code::Unavailable);
            }
            let responses = &mut operation.responses.responses;
            if path.starts_with("/v1/") {
                let text = "Any other problem; `docs/problems.md` lists them all.";
                responses.insert("default".to_owned(), Response::new(text).into());
            }
            for (status, response) in responses {
                let RefOr::T(response) = response else { continue };
                let code = status.parse::<StatusCode>().ok();
                let failed =
                    code.is_none_or(|code| code.is_client_error() || code.is_server_error());
                if failed && response.content.is_empty() {
                    let problem = Ref::from_schema_name(Problem::name());
                    let content = Content::new(Some(problem));
                    response.content.insert(MEDIA_TYPE.to_owned(), RefOr::T(content));
                }
                if response.description.is_empty() {
                    let reason = code.and_then(|code| code.canonical_reason());
                    response.description = reason.unwrap_or_default().to_owned();
                }
            }
        }
    }
}
