//! The rights a token may carry, and the roles that bundle them.

use std::borrow::Cow;

use entity::vocabulary::TokenRole;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A right a token may carry.
pub(crate) trait Scope: 'static {
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

        /// Every right there is, and what it is for.
        pub(crate) const SCOPES: &[(&str, &str)] = &[$(($name, $about)),+];
    };
}

scopes! {
    MunicipalitiesWrite "municipalities:write" "Create, change and delete municipalities.";
    ThemesWrite "themes:write" "Create, change and delete themes.";
    ProjectsWrite "projects:write" "Create, change and delete model projects.";
    SolutionsWrite "solutions:write" "Create, change and delete solutions.";
    PracticeExamplesWrite "practice_examples:write" "Create, change and delete practice examples.";
    WorkingGroupsWrite "working_groups:write" "Create, change and delete working groups.";
    LearningPartnershipsWrite "learning_partnerships:write" "Create, change and delete learning partnerships.";
    EventsWrite "events:write" "Create, change and delete events.";
    CoursesWrite "courses:write" "Create, change and delete courses.";
    PublicationsWrite "publications:write" "Create, change and delete publications.";
    SubmissionsWrite "submissions:write" "Submit solutions and practice examples for review.";
    SubmissionsReview "submissions:review" "Review what was submitted; only with a token that is bound to no municipality.";
    WebhooksWrite "webhooks:write" "Have endpoints told of changes.";
    TokensAdmin "tokens:admin" "List, issue and revoke tokens.";
    AuditRead "audit:read" "Read who changed what.";
}

/// Is there a right of that name?
pub(crate) fn known(name: &str) -> Option<&'static str> {
    SCOPES.iter().map(|(scope, _)| *scope).find(|scope| *scope == name)
}

/// The rights of a role.
pub(crate) fn scopes_of(role: TokenRole) -> Vec<&'static str> {
    match role {
        // What municipalities write is reviewed before it is published.
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
        // Whoever operates the service may do everything, whatever is added.
        TokenRole::Admin => SCOPES.iter().map(|(scope, _)| *scope).collect(),
        TokenRole::Auditor => vec![AuditRead::NAME],
    }
}

/// A right, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ScopeName(pub &'static str);

impl<'de> Deserialize<'de> for ScopeName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let names = SCOPES.iter().map(|(scope, _)| *scope).collect::<Vec<_>>().join(", ");
        known(&name).map(Self).ok_or_else(|| D::Error::custom(format!("is no scope; write one of: {names}")))
    }
}

impl PartialSchema for ScopeName {
    fn schema() -> RefOr<Schema> {
        let names =
            ObjectBuilder::new().schema_type(Type::String).enum_values(Some(SCOPES.iter().map(|(scope, _)| *scope)));
        let lines: Vec<String> = SCOPES.iter().map(|(scope, about)| format!("* `{scope}`: {about}")).collect();
        let about = format!("A right that a token carries:\n\n{}", lines.join("\n"));
        names.description(Some(about)).examples([PracticeExamplesWrite::NAME]).into()
    }
}

impl ToSchema for ScopeName {
    fn name() -> Cow<'static, str> {
        "Scope".into()
    }
}
