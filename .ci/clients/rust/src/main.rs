//! Performs the tasks of `tasks.ts` with the client that oas3-gen generates.

mod generated;

use std::env;

use anyhow::{Context, Result, bail, ensure};
use generated::{
    ApiResponse, Course, CourseInput, CoursePage, CoursePatch, CreateCourseRequest, CreateCourseRequestHeader,
    CreateCourseRequestQuery, DeleteCourseRequest, DeleteCourseRequestHeader, DeleteCourseRequestPath,
    DeleteCourseRequestQuery, GetCourseRequest, GetCourseRequestPath, GetCourseRequestQuery, ListCoursesNdjsonRequest,
    ListCoursesNdjsonRequestQuery, ListCoursesRequest, ListCoursesRequestQuery, Problem, ReplaceCourseRequest,
    ReplaceCourseRequestHeader, ReplaceCourseRequestPath, ReplaceCourseRequestQuery, ShortText, ShortTextPatch, SummaryText,
    ThemeKind, TransferatlasClient, UpdateCourseRequest, UpdateCourseRequestHeader, UpdateCourseRequestPath,
    UpdateCourseRequestQuery,
};
use uuid::Uuid;

struct Tasks {
    client: TransferatlasClient,
    slug: String,
}

impl Tasks {
    async fn list(&self, query: ListCoursesRequestQuery) -> Result<CoursePage> {
        match self.client.list_courses(ListCoursesRequest { query }).await? {
            ApiResponse::Ok(answer) => Ok(answer.body),
            other => bail!("{other:?}"),
        }
    }

    async fn with_themes(&self, themes: &[&str]) -> Result<i64> {
        let theme = Some(themes.iter().map(ToString::to_string).collect());
        Ok(self.list(ListCoursesRequestQuery { theme, ..no_filters() }).await?.total)
    }

    async fn entry(&self, key: &str) -> Result<Course> {
        let path = GetCourseRequestPath { key: key.to_owned() };
        let request = GetCourseRequest { path, query: GetCourseRequestQuery { fields: None } };
        match self.client.get_course(request).await? {
            ApiResponse::Ok(answer) => Ok(answer.body),
            other => bail!("{other:?}"),
        }
    }

    /// Creates a course. Returns its entity tag, or the problem.
    async fn create(&self, body: CourseInput) -> Result<Result<String, Problem>> {
        let request = CreateCourseRequest {
            query: CreateCourseRequestQuery { dry_run: None },
            header: CreateCourseRequestHeader { idempotency_key: Some(Uuid::now_v7().to_string()), prefer: None },
            body,
        };
        match self.client.create_course(request).await? {
            ApiResponse::Created(answer) => Ok(Ok(answer.headers.etag.context("an entity tag")?)),
            ApiResponse::UnprocessableEntity(answer) => Ok(Err(answer.body)),
            other => bail!("{other:?}"),
        }
    }

    async fn replace_stale(&self) -> Result<Problem> {
        let request = ReplaceCourseRequest {
            path: ReplaceCourseRequestPath { key: self.slug.clone() },
            query: ReplaceCourseRequestQuery { dry_run: None },
            header: ReplaceCourseRequestHeader {
                if_match: Some("\"stale\"".to_owned()),
                if_none_match: None,
                prefer: None,
            },
            body: content(&self.slug, "Ersetzt", None),
        };
        match self.client.replace_course(request).await? {
            ApiResponse::PreconditionFailed(answer) => answer.body.context("a problem"),
            other => bail!("{other:?}"),
        }
    }

    /// Changes the title of the course, and returns its entity tag.
    async fn update(&self, etag: String, title: &str) -> Result<String> {
        let retitled = ShortTextPatch { de: Some(title.to_owned()), ..ShortTextPatch::default() };
        let request = UpdateCourseRequest {
            path: UpdateCourseRequestPath { key: self.slug.clone() },
            query: UpdateCourseRequestQuery { dry_run: None },
            header: UpdateCourseRequestHeader { if_match: etag, prefer: None },
            body: CoursePatch { title: Some(retitled), ..CoursePatch::default() },
        };
        match self.client.update_course(request).await? {
            ApiResponse::Ok(answer) => {
                ensure!(answer.body.context("a course")?.title.de == title, "the changed title");
                answer.headers.etag.context("an entity tag")
            }
            other => bail!("{other:?}"),
        }
    }

    async fn lines(&self) -> Result<Vec<Course>> {
        let query = ListCoursesNdjsonRequestQuery::default();
        match self.client.list_courses_ndjson(ListCoursesNdjsonRequest { query }).await? {
            ApiResponse::Ok(answer) => {
                answer.body.lines().map(|line| serde_json::from_str(line).context("a course")).collect()
            }
            other => bail!("{other:?}"),
        }
    }

    async fn delete(&self, etag: String) -> Result<()> {
        let request = DeleteCourseRequest {
            path: DeleteCourseRequestPath { key: self.slug.clone() },
            query: DeleteCourseRequestQuery { dry_run: None },
            header: DeleteCourseRequestHeader { if_match: etag },
        };
        match self.client.delete_course(request).await? {
            ApiResponse::NoContent(_) => Ok(()),
            other => bail!("{other:?}"),
        }
    }
}

fn no_filters() -> ListCoursesRequestQuery {
    ListCoursesRequestQuery { limit: None, ..ListCoursesRequestQuery::default() }
}

fn text(de: &str) -> ShortText {
    ShortText { de: de.to_owned(), en: None }
}

fn content(slug: &str, title: &str, theme: Option<&str>) -> CourseInput {
    CourseInput {
        slug: slug.to_owned(),
        title: text(title),
        summary: SummaryText { de: "Ein Kurs.".to_owned(), en: None },
        provider: "KTS".to_owned(),
        language: "de".to_owned(),
        sources: vec!["https://example.org/kurs".to_owned()],
        themes: theme.map(|theme| vec![ThemeKind::String(theme.to_owned())]),
        ..CourseInput::default()
    }
}

fn done(task: &str) {
    println!("oas3-gen: {task}: ok");
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut client = TransferatlasClient::with_base_url(env::var("BASE_URL")?)?;
    client.token = Some(env::var("TOKEN")?.into());
    let tasks = Tasks { client, slug: format!("client-check-rust-{}", Uuid::now_v7()) };

    let page = tasks.list(ListCoursesRequestQuery { limit: Some(2), ..no_filters() }).await?;
    ensure!(page.items.len() == 2 && page.total > 2, "a page of two courses");
    done("list");

    let first = page.items.first().context("a course")?;
    ensure!(tasks.entry(&first.slug).await?.title.de == first.title.de, "the first course of the list");
    done("entry");

    let largest = tasks.with_themes(&["mobility"]).await?.max(tasks.with_themes(&["participation"]).await?);
    ensure!(tasks.with_themes(&["mobility", "participation"]).await? > largest, "courses with either of two themes");
    done("repeated keys");

    let created = tasks.create(content(&tasks.slug, "Erstellt", None)).await?;
    let etag = created.map_err(|problem| anyhow::anyhow!("{}", problem.detail))?;
    done("create");

    ensure!(tasks.replace_stale().await?.status == 412, "a problem with status 412");
    done("412");

    let etag = tasks.update(etag, "Geändert").await?;
    done("update");

    ensure!(tasks.lines().await?.iter().any(|course| course.slug == tasks.slug), "the course among the lines");
    done("NDJSON");

    let Err(problem) = tasks.create(content("client-check", "Kurs", Some("no-theme"))).await? else {
        bail!("created with an unknown theme")
    };
    let errors = problem.errors.unwrap_or_default();
    let pointer = Some("/themes/0");
    ensure!(errors.iter().any(|violation| violation.pointer.as_deref() == pointer), "a violation at /themes/0");
    done("problem");

    tasks.delete(etag).await?;
    done("delete");
    Ok(())
}
