//! Documentation of the problem types and violation codes: an HTML page for each type, and JSON.

use actix_web::get;
use actix_web::web::Path;
use entity::Text;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::error::{Error, PROBLEM_TYPES, ProblemType, RULES, Result, RuleText, ViolationCode};
use crate::base::language::Localized;
use crate::base::public_url::public_path;
use crate::http::{Public, Routes, page, reply};

pub(crate) const TAG: &str = "problems";

pub(crate) fn routes(routes: &mut Routes) {
    routes.service(list_problems).service(list_problems_json).service(get_problem);
}

/// Problem types and violation codes
#[derive(Debug, Serialize, ToSchema)]
struct ProblemList {
    /// All problem types.
    problems: Vec<ProblemDescription>,
    /// All codes of violations.
    codes: Vec<CodeDescription>,
}

/// A problem type
#[derive(Debug, Serialize, ToSchema)]
struct ProblemDescription {
    /// Value of `type` in problems, and path of the page about it.
    #[schema(example = "/problems/not-found", format = "uri-reference")]
    r#type: String,
    /// HTTP status code.
    #[schema(example = 404)]
    status: u16,
    /// Title.
    title: Text,
    /// Cause of the problem, and how to correct it.
    remedy: Text,
}

/// A code of violations
#[derive(Debug, Serialize, ToSchema)]
struct CodeDescription {
    /// Value of `code` in violations.
    code: ViolationCode,
    /// Cause of the violation.
    #[schema(example = "A required member is missing.")]
    description: &'static str,
    /// Detail of the violation, with the names of its `parameters` in braces.
    detail: Text,
}

fn text(text: Localized) -> Text {
    Text { de: text.german.to_owned(), en: Some(text.english.to_owned()) }
}

/// List problem types and violation codes
///
/// Returns all values of `type` in problems and of `code` in violations, with their texts in German and English.
#[utoipa::path(tag = TAG, responses((status = 200, description = "Problem types and violation codes", body = ProblemList)))]
#[get("/problems.json")]
async fn list_problems_json() -> Result<Public> {
    let problem = |kind: &ProblemType| ProblemDescription {
        r#type: public_path(format_args!("/problems/{}", kind.name)),
        status: kind.status.as_u16(),
        title: text(kind.title),
        remedy: text(kind.remedy),
    };
    let code = |rule: &RuleText| CodeDescription {
        code: rule.code,
        description: rule.meaning.trim(),
        detail: text(rule.text),
    };
    let list =
        ProblemList { problems: PROBLEM_TYPES.iter().map(problem).collect(), codes: RULES.iter().map(code).collect() };
    Ok(Public(reply("application/json", &list)?))
}

/// Get the page of problem types
///
/// Returns an HTML page with links to the pages of all problem types, and with all codes of violations.
#[utoipa::path(tag = TAG, responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
#[get("/problems")]
async fn list_problems() -> Result<Public> {
    let problem = |kind: &ProblemType| {
        let ProblemType { status, name, title, .. } = kind;
        format!("<li><a href=\"/problems/{name}\">{}</a> ({})</li>", title.english, status.as_u16())
    };
    let code = |rule: &RuleText| {
        let RuleText { code, meaning, text } = rule;
        let code = serde_json::to_value(code).map_err(Error::internal)?;
        let code = code.as_str().unwrap_or_default();
        let Localized { english, german } = text;
        Ok(format!(
            "<dt id=\"{code}\"><code>{code}</code></dt><dd>{meaning}<br>{english}<br><span lang=\"de\">{german}</span></dd>"
        ))
    };
    let codes: Result<String> = RULES.iter().map(code).collect();
    let body = format!(
        "<p><a href=\"/problems.json\">As JSON</a> · <a href=\"/docs/\">Documentation</a></p><ul>{}</ul><h2>Violation codes</h2>\
         <p>Each item of <code>errors</code> has a <code>code</code>, and <code>parameters</code> with the values in braces.</p>\
         <dl>{}</dl>",
        PROBLEM_TYPES.iter().map(problem).collect::<String>(),
        codes?
    );
    Ok(Public(page("Problems", &body)))
}

/// Get the page of a problem type
///
/// Returns an HTML page that explains the problem and how to fix the request, in English and German.
#[utoipa::path(tag = TAG, params(("name" = String, Path, description = "Name of the problem type: the last segment of the `type` of a problem.", example = "not-found")),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
#[get("/problems/{name}")]
async fn get_problem(name: Path<String>) -> Result<Public> {
    let kind =
        PROBLEM_TYPES.iter().find(|kind| kind.name == *name).ok_or_else(|| Error::not_found("/problems", &*name))?;
    let body = format!(
        "<p>{}</p><section lang=\"de\"><h2>{}</h2><p>{}</p></section><p>Status {}. Responses have the media type \
         <code>application/problem+json</code> (RFC 9457) and the <code>type</code> <code>{}</code>.</p>\
         <p><a href=\"/problems\">All problems</a> · <a href=\"/docs/\">Documentation</a></p>",
        kind.remedy.english,
        kind.title.german,
        kind.remedy.german,
        kind.status,
        public_path(format_args!("/problems/{}", kind.name))
    );
    Ok(Public(page(kind.title.english, &body)))
}
