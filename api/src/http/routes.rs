//! Registers handlers together with their descriptions.
//!
//! Invariant: [`routes!`] accepts only handlers whose second argument is a [`Caller`], that is,
//! which name a permission. Public handlers are registered by `utoipa_axum::routes!`, which stands
//! out.

use super::auth::{Caller, Grant};
use super::operation::{Describe, Described, operations};
use axum::extract::State;
use utoipa_axum::router::UtoipaMethodRouter;

/// A handler: `State`, then `Caller`, then further extractors.
pub(crate) trait Endpoint<Arguments> {
    fn describe(described: &mut Described<'_>);
}

macro_rules! endpoint {
    ($($argument:ident),*) => {
        impl<F, Answering, S, P, $($argument,)* Answer, Refusal>
            Endpoint<(S, Caller<P>, $($argument,)*)> for F
        where
            F: Fn(State<S>, Caller<P>, $($argument),*) -> Answering,
            Answering: Future<Output = Result<Answer, Refusal>>,
            P: Grant,
            $($argument: Describe,)*
            Answer: Describe,
        {
            fn describe(described: &mut Described<'_>) {
                <Caller<P> as Describe>::describe(described);
                $(<$argument as Describe>::describe(described);)*
                <Answer as Describe>::describe(described);
            }
        }
    };
}

endpoint!();
endpoint!(A);
endpoint!(A, B);
endpoint!(A, B, C);
endpoint!(A, B, C, D);
endpoint!(A, B, C, D, E);

/// Routes of one path, with the descriptions of their handlers.
macro_rules! routes {
    ($first:path $(, $more:path)* $(,)?) => {{
        let routes = utoipa_axum::routes!($first);
        let routes = $crate::http::routes::described(&$first, routes);
        $(
            let more = utoipa_axum::routes!($more);
            let more = $crate::http::routes::described(&$more, more);
            let routes = $crate::http::routes::joined(routes, more);
        )*
        routes
    }};
}
pub(crate) use routes;

/// See [`routes!`].
pub(crate) fn described<H: Endpoint<Arguments>, Arguments, S>(
    _: &H,
    (mut schemas, mut paths, router): UtoipaMethodRouter<S>,
) -> UtoipaMethodRouter<S> {
    for (path, item) in &mut paths.paths {
        for (_, operation) in operations(item) {
            H::describe(&mut Described { path, operation, schemas: &mut schemas });
        }
    }
    (schemas, paths, router)
}

/// See [`routes!`].
pub(crate) fn joined<S: Clone + Send + Sync + 'static>(
    (mut schemas, mut paths, router): UtoipaMethodRouter<S>,
    (more_schemas, more_paths, more_router): UtoipaMethodRouter<S>,
) -> UtoipaMethodRouter<S> {
    schemas.extend(more_schemas);
    paths.merge(more_paths);
    (schemas, paths, router.merge(more_router))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::auth::{Admin, Write};
    use crate::http::command::{Accepted, IdempotencyKey};
    use crate::http::extract::{Body, Path};
    use crate::http::min_position::MinPosition;
    use crate::http::operation::complete;
    use crate::http::paging::{Paging, Position};
    use crate::http::problem;
    use crate::http::query::Query;
    use axum::Json;
    use debrief_api_types::Page;
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};
    use utoipa::ToSchema;
    use utoipa_axum::router::OpenApiRouter;

    #[derive(Serialize, Deserialize, ToSchema)]
    struct Tree {
        height: u32,
    }

    /// Plant a tree.
    #[utoipa::path(
        post, path = "/v1/gardens/{garden}/trees", tag = "trees",
        responses((status = 201, description = "It grows"), (status = 409, description = "No room"))
    )]
    async fn plant(
        _: State<()>,
        _: Caller<Write>,
        _: IdempotencyKey,
        _: Path<String>,
        _: Body<Tree>,
    ) -> Result<Accepted<Tree>, problem::Problem> {
        Err(problem::Problem::conflict("No room."))
    }

    /// List trees.
    #[utoipa::path(get, path = "/v1/gardens/{garden}/trees", tag = "trees")]
    async fn list(
        _: State<()>,
        _: Caller<Admin>,
        _: Path<String>,
        _: Query<Paging<Position, 5, 9>, MinPosition>,
    ) -> Result<Json<Page<Tree>>, problem::Problem> {
        Ok(Json(Page::whole(Vec::new())))
    }

    fn document() -> Value {
        // Described only: nothing is served.
        let (schemas, paths, _) = joined(
            described::<_, _, ()>(&plant, described_alone::<__path_plant>()),
            described::<_, _, ()>(&list, described_alone::<__path_list>()),
        );
        let mut document = OpenApiRouter::<()>::new().into_openapi();
        document.paths = paths;
        let components = document.components.get_or_insert_default();
        components.schemas.extend(schemas);
        complete(&mut document);
        serde_json::to_value(document).unwrap()
    }

    fn described_alone<P: utoipa::Path>() -> UtoipaMethodRouter<()> {
        let mut paths = utoipa::openapi::path::Paths::new();
        paths.add_path_operation(P::path(), P::methods(), P::operation());
        (Vec::new(), paths, axum::routing::MethodRouter::new())
    }

    #[test]
    fn an_operation_is_what_its_handler_takes_and_answers() {
        let document = document();
        let trees = &document["paths"]["/v1/gardens/{garden}/trees"];
        let (plant, list) = (&trees["post"], &trees["get"]);
        assert_eq!(plant["security"], json!([{"api_key": ["write"]}]));
        assert_eq!(list["security"], json!([{"api_key": ["admin"]}]));
        let names = |operation: &Value| -> Vec<Value> {
            let parameters = operation["parameters"].as_array().unwrap();
            parameters.iter().map(|parameter| parameter["name"].clone()).collect()
        };
        assert_eq!(names(plant), ["Idempotency-Key", "garden"]);
        assert_eq!(names(list), ["garden", "after", "limit", "min_position"]);
        let body = &plant["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(body["$ref"], "#/components/schemas/Tree");
        let schema = |operation: &Value, status: &str, media: &str| {
            operation["responses"][status]["content"][media]["schema"]["$ref"].clone()
        };
        assert_eq!(schema(plant, "201", "application/json"), "#/components/schemas/WrittenTree");
        assert_eq!(schema(list, "200", "application/json"), "#/components/schemas/TreePage");
        assert!(plant["responses"]["200"].is_null());
        for name in ["Tree", "TreePage", "WrittenTree"] {
            assert!(document["components"]["schemas"][name].is_object(), "{name}");
        }
        for status in ["400", "401", "403", "404", "409", "413", "415", "422", "default"] {
            assert_eq!(
                schema(plant, status, problem::MEDIA_TYPE),
                "#/components/schemas/Problem",
                "{status}"
            );
        }
        let bad = plant["responses"]["400"]["description"].as_str().unwrap();
        assert!(bad.contains("`invalid_idempotency_key`") && bad.contains("`malformed_json`"));
        assert_eq!(plant["responses"]["409"]["description"], "No room");
    }
}
