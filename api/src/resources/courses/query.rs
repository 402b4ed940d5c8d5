//! Queries for courses: filters, sort orders, facets and relations.

use entity::course::Model;
use entity::vocabulary::{CourseFormat, TargetGroup};
use sea_orm::ConnectionTrait;

use super::dto::{Course, CourseFacet, CourseOrder, CourseQuery};
use crate::base::error::Result;
use crate::base::terms::{parse_terms, term_values};
use crate::model::catalog::{self, COURSES, Resource};
use crate::query::entry::Entry;
use crate::query::facets::{facet_specs, facets, plain, term, yes_or_no};
use crate::query::filter::Filter;
use crate::query::keyset::SortKey;
use crate::query::list::{ListPlan, ids};
use crate::query::relations::{Relation, links};

pub(super) const THEMES: Relation = Relation::ordered("course_theme", "course_id", "theme_id", &catalog::THEMES);

pub(super) fn plan(query: &CourseQuery) -> ListPlan {
    ListPlan {
        filters: filters(query),
        default_order: SortKey::text("course.title_key"),
        order: ListPlan::order(query.sort, order),
        facets: facets(query, &query.facets, filters, facet_spec),
    }
}

fn filters(query: &CourseQuery) -> Filter {
    Filter::of(&COURSES)
        .term("format", &query.course_format)
        .text("language", query.language.clone())
        .compare("free = $1", query.free)
        .related(&THEMES, &query.theme)
        .listed("course_target_group", "target_group", term_values(&query.target_group))
}

fn order(by: CourseOrder) -> Option<SortKey> {
    Some(match by {
        CourseOrder::Title => SortKey::text("course.title_key"),
        CourseOrder::Provider => SortKey::text("course.provider_key"),
        CourseOrder::DurationHours => SortKey::number("coalesce(course.duration_hours, 0)"),
        CourseOrder::CreatedAt => SortKey::time("course.created_at"),
        CourseOrder::UpdatedAt => SortKey::time("course.updated_at"),
        CourseOrder::Relevance => return None,
    })
}

facet_specs! {
    CourseFacet of CourseQuery;
    CourseFormat => course_format: Column("format"), term::<CourseFormat>;
    Language => language: Column("language"), plain;
    Free => free: Column("free"), yes_or_no;
    Theme => theme: Related(&THEMES), plain;
    TargetGroup => target_group: JoinTable("course_target_group", "target_group"), term::<TargetGroup>;
}

impl Entry for Course {
    type Table = entity::course::Entity;
    const RESOURCE: &'static Resource = &catalog::COURSES;

    /// Loads all relations with one statement, independent of the number of rows.
    async fn load<C: ConnectionTrait>(db: &C, rows: Vec<Model>) -> Result<Vec<Self>> {
        let mut links = links(db, &[&THEMES], &ids(&rows, |row| row.id)).await?;
        let view = |row: Model| -> Result<Course> {
            Ok(Course {
                themes: links.take(&THEMES, row.id),
                target_groups: parse_terms(&row.target_groups)?,
                id: row.id,
                slug: row.slug,
                title: row.title,
                summary: row.summary,
                provider: row.provider,
                format: row.format,
                language: row.language,
                duration_hours: row.duration_hours,
                free: row.free,
                url: row.url,
                sources: row.sources,
                highlight: None,
                revision: row.revision,
                created_at: row.created_at,
                updated_at: row.updated_at,
            })
        };
        rows.into_iter().map(view).collect()
    }
}
