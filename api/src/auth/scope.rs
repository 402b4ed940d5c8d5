//! Scopes of tokens, and the roles that combine them.

use std::borrow::Cow;

use entity::vocabulary::TokenRole;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::base::error::Rule;

/// A scope of tokens.
pub(crate) trait Scope: 'static {
    /// Name, such as `solutions:write`.
    const NAME: &'static str;
}

macro_rules! scopes {
    ($($type:ident $name:literal $about:literal;)+) => {
        $(
            #[doc = $about]
            pub(crate) struct $type;

            impl Scope for $type {
                const NAME: &'static str = $name;
            }
        )+

        /// All scopes with their descriptions.
        pub(crate) const SCOPES: &[(&str, &str)] = &[$(($name, $about)),+];
    };
}

scopes! {
    MunicipalitiesWrite "municipalities:write" "Create, update and delete municipalities.";
    ThemesWrite "themes:write" "Create, update and delete themes.";
    ProjectsWrite "projects:write" "Create, update and delete model projects.";
    SolutionsWrite "solutions:write" "Create, update and delete solutions.";
    PracticeExamplesWrite "practice_examples:write" "Create, update and delete practice examples.";
    WorkingGroupsWrite "working_groups:write" "Create, update and delete working groups.";
    LearningPartnershipsWrite "learning_partnerships:write" "Create, update and delete learning partnerships.";
    EventsWrite "events:write" "Create, update and delete events.";
    CoursesWrite "courses:write" "Create, update and delete courses.";
    PublicationsWrite "publications:write" "Create, update and delete publications.";
    SubmissionsWrite "submissions:write" "Submit solutions and practice examples for review.";
    SubmissionsReview "submissions:review" "Review submissions. Requires a token that is not bound to municipalities.";
    WebhooksWrite "webhooks:write" "Manage webhook endpoints and read their deliveries.";
    TokensAdmin "tokens:admin" "List, issue and revoke tokens. Requires a token that is not bound to municipalities.";
    AuditRead "audit:read" "Read the audit trail and the authors of changes. Requires a token that is not bound to municipalities.";
}

/// Returns the scope with a name, if there is one.
pub(crate) fn find_scope(name: &str) -> Option<&'static str> {
    SCOPES.iter().map(|(scope, _)| *scope).find(|scope| *scope == name)
}

/// Returns the scopes of a role.
pub(crate) fn scopes_of(role: TokenRole) -> Vec<&'static str> {
    match role {
        // Entries of municipalities are reviewed before they are published.
        TokenRole::Contributor => vec![SubmissionsWrite::NAME, WebhooksWrite::NAME],
        TokenRole::Editor => vec![
            MunicipalitiesWrite::NAME,
            ThemesWrite::NAME,
            ProjectsWrite::NAME,
            SolutionsWrite::NAME,
            PracticeExamplesWrite::NAME,
            WorkingGroupsWrite::NAME,
            LearningPartnershipsWrite::NAME,
            EventsWrite::NAME,
            CoursesWrite::NAME,
            PublicationsWrite::NAME,
            SubmissionsWrite::NAME,
            SubmissionsReview::NAME,
            WebhooksWrite::NAME,
        ],
        // Operators of the service have all scopes, including those that later versions add.
        TokenRole::Admin => SCOPES.iter().map(|(scope, _)| *scope).collect(),
        TokenRole::Auditor => vec![AuditRead::NAME],
    }
}

/// The name of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ScopeName(pub &'static str);

impl<'de> Deserialize<'de> for ScopeName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let unknown = || Rule::unknown_value(&name, SCOPES.iter().map(|(scope, _)| *scope));
        find_scope(&name).map(Self).ok_or_else(|| D::Error::custom(unknown()))
    }
}

impl PartialSchema for ScopeName {
    fn schema() -> RefOr<Schema> {
        let names =
            ObjectBuilder::new().schema_type(Type::String).enum_values(Some(SCOPES.iter().map(|(scope, _)| *scope)));
        let lines: Vec<String> = SCOPES.iter().map(|(scope, about)| format!("* `{scope}`: {about}")).collect();
        let about = format!("Scope of a token:\n\n{}", lines.join("\n"));
        names.description(Some(about)).examples([PracticeExamplesWrite::NAME]).into()
    }
}

impl ToSchema for ScopeName {
    fn name() -> Cow<'static, str> {
        "Scope".into()
    }
}
