//! The operations of an OpenAPI document.

use serde_json::Value;

/// A method and a path.
#[derive(Debug)]
pub(crate) struct Operation {
    pub method: String,
    pub path: String,
    /// Whether it has a body.
    pub body: bool,
    /// Its query parameters: name, and whether it is required.
    pub query: Vec<(String, bool)>,
}

impl Operation {
    /// Returns the path up to and including each of its parameters.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &str> {
        self.path.match_indices('}').map(|(end, _)| &self.path[..=end])
    }
}

/// Returns all operations, in the document's order.
pub(crate) fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().map(Vec::as_slice);
            let query = parameters.unwrap_or_default().iter().filter(|it| it["in"] == "query");
            operations.push(Operation {
                method: method.clone(),
                path: path.clone(),
                body: operation.get("requestBody").is_some(),
                query: query
                    .map(|it| (it["name"].as_str().unwrap().to_owned(), it["required"] == true))
                    .collect(),
            });
        }
    }
    operations
}
