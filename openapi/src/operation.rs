//! Operations of the document.

use serde_json::Value;

use crate::members;

/// An operation of the document.
#[derive(Clone, Debug)]
pub struct Operation {
    /// HTTP method, in lower case.
    pub method: String,
    /// Path, with parameters in braces.
    pub path: String,
    /// Value of `operationId`.
    pub id: String,
    /// The operation as JSON, with its parameters, responses and headers instead of references to them.
    pub value: Value,
}

impl Operation {
    /// Returns the parameters in a location: `path`, `query` or `header`.
    pub fn parameters(&self, place: &str) -> Vec<&Value> {
        let all = self.value.get("parameters").and_then(Value::as_array).into_iter().flatten();
        all.filter(|parameter| parameter.get("in").and_then(Value::as_str) == Some(place)).collect()
    }

    /// Returns the scope that the operation requires, or the first of several alternatives. `None` if any token or no token is
    /// sufficient.
    pub fn scope(&self) -> Option<&str> {
        self.value.pointer("/security/0/token/0").and_then(Value::as_str)
    }

    /// Returns the scopes of which one is sufficient.
    pub fn scopes(&self) -> Vec<&str> {
        let ways = self.value.get("security").and_then(Value::as_array).into_iter().flatten();
        ways.filter_map(|way| way.pointer("/token/0").and_then(Value::as_str)).collect()
    }

    /// Returns whether the response is a stream of server-sent events.
    pub fn is_endless(&self) -> bool {
        self.value.pointer("/responses/200/content/text~1event-stream").is_some()
    }

    /// Returns whether the operation requires a token.
    pub fn is_guarded(&self) -> bool {
        self.value.get("security").and_then(Value::as_array).is_some_and(|ways| !ways.is_empty())
    }

    /// Returns the path with the example of each path parameter as its value.
    pub fn example(&self) -> String {
        self.parameters("path").iter().fold(self.path.clone(), |path, parameter| {
            let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let text = |member| parameter.get(member).map(plain).unwrap_or_default();
            path.replace(&format!("{{{}}}", text("name")), &text("example"))
        })
    }

    /// Returns a query parameter that restricts a read of a whole list to a few entries. Whole lists take seconds in a build without
    /// optimisation.
    pub fn restriction(&self) -> Option<&'static str> {
        let has_text =
            self.parameters("query").iter().any(|parameter| parameter.get("name").is_some_and(|name| name == "q"));
        (has_text && self.path.contains('.')).then_some("q=Ulm")
    }

    /// Returns the path with the example of each path parameter as its value, and the restriction to a few entries.
    pub fn short_example(&self) -> String {
        let path = self.example();
        self.restriction().map_or_else(|| path.clone(), |restriction| format!("{path}?{restriction}"))
    }
}

/// Returns a part of an operation in which references to parameters, responses and headers are replaced by their targets.
fn resolved(part: &Value, document: &Value) -> Value {
    const SHARED: [&str; 3] = ["#/components/parameters/", "#/components/responses/", "#/components/headers/"];
    let reference = part.get("$ref").and_then(Value::as_str);
    let component = reference.filter(|reference| SHARED.iter().any(|shared| reference.starts_with(shared)));
    if let Some(found) = component.and_then(|reference| document.pointer(reference.trim_start_matches('#'))) {
        return resolved(found, document);
    }
    match part {
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), resolved(member, document))).collect()
        }
        Value::Array(items) => items.iter().map(|item| resolved(item, document)).collect(),
        other => other.clone(),
    }
}

/// Returns all operations of a document.
pub(crate) fn operations(document: &Value) -> Vec<Operation> {
    let operation = |path: &str, method: &str, value: &Value| Operation {
        method: method.to_owned(),
        path: path.to_owned(),
        id: value.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned(),
        value: resolved(value, document),
    };
    let paths = members(document.get("paths")).into_iter();
    let of_path = |(path, item)| members(Some(item)).into_iter().map(move |(method, value)| (path, method, value));
    paths
        .flat_map(of_path)
        .map(|(path, method, value): (&String, &String, &Value)| operation(path, method, value))
        .collect()
}
