//! Queries for themes, and their storage.

use entity::theme::{self, Model};
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use uuid::Uuid;

use super::dto::{Theme, ThemeCounts, ThemeFacet, ThemeInput, ThemeOrder, ThemeQuery};
use crate::base::db::{Write, upsert};
use crate::base::error::Result;
use crate::model::catalog::{self, Resource, THEMES};
use crate::query::entry::Entry;
use crate::query::facets::{facet_specs, facets, plain};
use crate::query::filter::Filter;
use crate::query::keyset::SortKey;
use crate::query::list::{ListPlan, ids};
use crate::query::relations::{Relation, counts};
use crate::query::sublists::Lists;
use crate::write::ResolvedReferences;
use crate::write::input::Input;

/// Lists that can be filtered by a theme.
pub(super) const LISTS: &[&str] = &[
    "projects",
    "solutions",
    "practice-examples",
    "working-groups",
    "learning-partnerships",
    "events",
    "courses",
    "publications",
];

const PROJECTS: Relation = Relation::sorted("project_theme", "theme_id", "project_id", &catalog::PROJECTS);
const SOLUTIONS: Relation = Relation::sorted("solution_theme", "theme_id", "solution_id", &catalog::SOLUTIONS);
const EXAMPLES: Relation =
    Relation::sorted("practice_example_theme", "theme_id", "practice_example_id", &catalog::PRACTICE_EXAMPLES);
const GROUPS: Relation =
    Relation::sorted("working_group_theme", "theme_id", "working_group_id", &catalog::WORKING_GROUPS);
const PARTNERSHIPS: Relation = Relation::sorted(
    "learning_partnership_theme",
    "theme_id",
    "learning_partnership_id",
    &catalog::LEARNING_PARTNERSHIPS,
);
const EVENTS: Relation = Relation::sorted("event_theme", "theme_id", "event_id", &catalog::EVENTS);
const PUBLICATIONS: Relation =
    Relation::sorted("publication_theme", "theme_id", "publication_id", &catalog::PUBLICATIONS);
const COURSES: Relation = Relation::sorted("course_theme", "theme_id", "course_id", &catalog::COURSES);
const COUNTED: &[&Relation] =
    &[&PROJECTS, &SOLUTIONS, &EXAMPLES, &GROUPS, &PARTNERSHIPS, &EVENTS, &COURSES, &PUBLICATIONS];

pub(super) fn plan(query: &ThemeQuery) -> ListPlan {
    ListPlan {
        filters: filters(query),
        default_order: SortKey::text("theme.title_key"),
        order: ListPlan::order(query.sort, order),
        facets: facets(query, &query.facets, filters, facet_spec),
    }
}

fn filters(query: &ThemeQuery) -> Filter {
    let goals: Vec<i16> = query.sdg.iter().filter_map(|goal| goal.0.try_into().ok()).collect();
    Filter::of(&THEMES).compare("sdgs && $1::smallint[]", (!goals.is_empty()).then_some(goals))
}

fn order(by: ThemeOrder) -> Option<SortKey> {
    Some(match by {
        ThemeOrder::Title => SortKey::text("theme.title_key"),
        ThemeOrder::CreatedAt => SortKey::time("theme.created_at"),
        ThemeOrder::UpdatedAt => SortKey::time("theme.updated_at"),
        ThemeOrder::Relevance => return None,
    })
}

facet_specs! {
    ThemeFacet of ThemeQuery;
    Sdg => sdg: JoinTable("theme_goal", "goal"), plain;
}

impl Entry for Theme {
    type Table = entity::theme::Entity;
    const RESOURCE: &'static Resource = &catalog::THEMES;

    /// Loads all counts with one statement, independent of the number of rows.
    async fn load<C: ConnectionTrait>(db: &C, rows: Vec<Model>) -> Result<Vec<Self>> {
        let counts = counts(db, COUNTED, &ids(&rows, |row| row.id)).await?;
        let view = |row: Model| Theme {
            counts: ThemeCounts {
                projects: counts.of(&PROJECTS, row.id),
                solutions: counts.of(&SOLUTIONS, row.id),
                practice_examples: counts.of(&EXAMPLES, row.id),
                working_groups: counts.of(&GROUPS, row.id),
                learning_partnerships: counts.of(&PARTNERSHIPS, row.id),
                events: counts.of(&EVENTS, row.id),
                courses: counts.of(&COURSES, row.id),
                publications: counts.of(&PUBLICATIONS, row.id),
            },
            lists: Lists::of(&THEMES, &row.slug, LISTS),
            id: row.id,
            slug: row.slug,
            title: row.title,
            description: row.description,
            sdgs: row.sdgs,
            highlight: None,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        };
        Ok(rows.into_iter().map(view).collect())
    }
}

impl Input for ThemeInput {
    type View = Theme;

    fn slug(&self) -> &str {
        &self.slug
    }

    async fn store(write: &Write, _: &ResolvedReferences, entries: Vec<(Uuid, Self)>) -> Result<()> {
        upsert(&write.tx, entries.into_iter().map(|(id, input)| input.row(id, write)).collect()).await
    }
}

impl ThemeInput {
    /// Returns the row to store. The pattern names every field of the input, so that the compiler reports a field that is not
    /// stored.
    fn row(self, id: Uuid, write: &Write) -> theme::ActiveModel {
        let Self { slug, title, description, sdgs } = self;
        theme::ActiveModel {
            id: Set(id),
            slug: Set(slug),
            title: Set(title),
            description: Set(description),
            sdgs: Set(sdgs),
            revision: Set(write.version.number),
            created_at: Set(write.at()),
            updated_at: Set(write.at()),
            ..Default::default()
        }
    }
}
