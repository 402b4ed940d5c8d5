//! Submissions: what municipalities propose, and what becomes of it. A record is public, a submission is private.

mod dto;
mod findings;
mod form;
mod input;
mod kind;
mod labels;
mod names;
mod party;
mod query;
mod remarks;
mod review;
mod steps;
mod store;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, patch, post, put};
use entity::submission::Model;
use entity::vocabulary::ReviewAction;
use sea_orm::DatabaseTransaction;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use self::dto::{Comment, Steps, Submission, SubmissionQuery, Visibility};
use self::input::{AssignmentInput, CommentInput, ContentInput, StepInput, SubmissionInput};
use self::party::{SubmissionActor, one};
use self::store::{Assignment, Revision, Rewrite};
use crate::auth::{Auth, Caller, Scope, Scoped, SubmissionsReview, SubmissionsWrite};
use crate::base::db::Write;
use crate::base::db::author::Author;
use crate::base::db::context::Context;
use crate::base::error::{Error, Result};
use crate::http::{
    Id, Json, ListQuery, NoBody, Page, Paging, Patch, Precondition, RepresentationParams, no_store, reply,
};
use crate::query::list;
use crate::write::{Answer, Outcome, WriteContext};

const TAG: &str = "submissions";

pub(crate) use self::form::Forms;

pub(crate) fn routes(cfg: &mut ServiceConfig) {
    // A name of its own goes before any id.
    cfg.service(form::get_submission_form);
    cfg.service(list_submissions)
        .service(get_submission)
        .service(create_submission)
        .service(replace_submission_content)
        .service(change_submission_content);
    cfg.service(list_submission_actions).service(create_submission_action);
    cfg.service(create_submission_comment)
        .service(create_submission_comment_resolution)
        .service(create_submission_assignment);
}

/// List submissions
///
/// Those of the municipalities that the token acts for; with `submissions:review`, all that were ever submitted: the queue, in
/// which what waits longest comes first. `facets=stage` counts them.
#[utoipa::path(tag = TAG, security(("token" = [SubmissionsWrite::NAME]), ("token" = [SubmissionsReview::NAME])), params(SubmissionQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of submissions, or every match in the streamed forms", content(
        (Page<Submission> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/submissions")]
async fn list_submissions(
    caller: Scoped<SubmissionActor>,
    context: Data<Context>,
    req: HttpRequest,
    mut list: ListQuery<SubmissionQuery, Submission>,
) -> Result<HttpResponse> {
    query::check(&list.query)?;
    list.query.visibility = Visibility::of(&caller);
    let views = async move |db: &DatabaseTransaction, rows: Vec<Model>| {
        query::views(db, names::up_to_date(db, rows).await?, &caller).await
    };
    list::list(&context, &req, list, query::plan, views).await.map(no_store)
}

/// Read a submission
///
/// With what stands in the way of submitting it, the remarks made on it, and the steps that who asks may take.
#[utoipa::path(tag = TAG, security(("token" = [SubmissionsWrite::NAME]), ("token" = [SubmissionsReview::NAME])), params(Id),
    responses((status = 200, description = "The submission", body = Submission, headers(("ETag" = String, description = "Strong tag of the submission; send it in `If-Match`.")))))]
#[get("/v1/submissions/{id}")]
async fn get_submission(caller: Scoped<SubmissionActor>, context: Data<Context>, id: Id) -> Result<HttpResponse> {
    let db = context.read()?;
    let (row, _) = one(db, id.0, &caller).await?;
    let submission = query::whole(db, row, &caller).await?;
    Ok(no_store(Answer::of(StatusCode::OK, &submission)?.tagged(submission.revision).send()))
}

/// Begin a submission
///
/// A draft may be incomplete. With `entry`, it is about one that is published, which stays as it is until the submission is
/// published; without `content`, it begins with what is published.
#[utoipa::path(tag = TAG, security(("token" = [SubmissionsWrite::NAME])),
    responses((status = 201, description = "The submission", body = Submission, headers(("ETag" = String, description = "Strong tag of the submission; send it in `If-Match`.")))))]
#[post("/v1/submissions")]
async fn create_submission(
    context: WriteContext<SubmissionsWrite>,
    input: Json<SubmissionInput>,
) -> Result<HttpResponse> {
    let Json { checked, digest } = input;
    let (input, caller) = (checked.into_valid()?, context.caller.clone());
    let work = async move |tx: &DatabaseTransaction, _: &Author| {
        let row = store::begin(tx, &caller, input).await?;
        let location = format!("/v1/submissions/{}", row.id);
        let begun = shown(tx, row, &caller, StatusCode::CREATED).await?;
        Ok(Outcome::Changed(begun.with("location", location)))
    };
    context.run_unversioned(&digest, work).await.map(no_store)
}

/// Replace the content of a submission
///
/// As long as it is a draft, or changes were requested. Members of the published entry that were changed meanwhile, and not by the
/// content, keep those changes. `based_on` says that the content takes a revision into account as a whole.
#[utoipa::path(tag = TAG, security(("token" = [SubmissionsWrite::NAME])), params(Id),
    responses((status = 200, description = "The submission", body = Submission, headers(("ETag" = String, description = "Strong tag of the submission; send it in `If-Match`.")))))]
#[put("/v1/submissions/{id}")]
async fn replace_submission_content(
    context: WriteContext<SubmissionsWrite>,
    id: Id,
    held: Precondition,
    input: Json<ContentInput>,
) -> Result<HttpResponse> {
    let revision = Revision::Replace(input.checked.into_valid()?);
    rewrite(context, Rewrite { id: id.0, precondition: held, revision }).await
}

/// Change some of the content of a submission
///
/// A merge patch (RFC 7396) of what replaces it: members of `content` that are named get new values, `null` removes one, lists are
/// replaced whole. With `based_on`, the other members take in what was changed of the published entry up to that revision; where
/// both changed the same member, the answer is 409 until the patch names it.
#[utoipa::path(tag = TAG, security(("token" = [SubmissionsWrite::NAME])), params(Id), request_body(content = ContentInput, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The submission", body = Submission, headers(("ETag" = String, description = "Strong tag of the submission; send it in `If-Match`.")))))]
#[patch("/v1/submissions/{id}")]
async fn change_submission_content(
    context: WriteContext<SubmissionsWrite>,
    id: Id,
    held: Precondition,
    patch: Patch<ContentInput>,
) -> Result<HttpResponse> {
    let revision = Revision::Patch(patch);
    rewrite(context, Rewrite { id: id.0, precondition: held, revision }).await
}

/// Writes new content; what is the same as before leaves the submission, and its tag, as they are.
async fn rewrite(context: WriteContext<SubmissionsWrite>, rewrite: Rewrite) -> Result<HttpResponse> {
    let writer = context.caller.clone();
    let work = async move |tx: &DatabaseTransaction, _: &Author| {
        let (row, is_new) = store::rewrite(tx, &writer, rewrite).await?;
        let answer = shown(tx, row, &writer, StatusCode::OK).await?;
        Ok(if is_new { Outcome::Changed(answer) } else { Outcome::Unchanged(answer) })
    };
    context.run_unversioned("", work).await.map(no_store)
}

/// Take a step
///
/// A step is possible where the submission stands and for whom its member `actions` lists it. To publish writes the entry: members that
/// were changed after the submission was begun, and not by it, stay as they are; where both changed the same member, the
/// answer is 409 with the three states to compare.
#[utoipa::path(tag = TAG, security(("token" = [SubmissionsWrite::NAME]), ("token" = [SubmissionsReview::NAME])), params(Id),
    responses((status = 200, description = "The submission", body = Submission, headers(("ETag" = String, description = "Strong tag of the submission; send it in `If-Match`.")))))]
#[post("/v1/submissions/{id}/actions")]
async fn create_submission_action(
    context: WriteContext<SubmissionActor>,
    id: Id,
    input: Json<StepInput>,
) -> Result<HttpResponse> {
    let Json { checked, digest } = input;
    let (input, caller) = (checked.into_valid()?, context.caller.clone());
    if input.action != ReviewAction::Publish {
        let work = async move |tx: &DatabaseTransaction, author: &Author| {
            let row = steps::step(tx, author, id.0, &caller, input).await?;
            shown(tx, row, &caller, StatusCode::OK).await.map(Outcome::Changed)
        };
        return context.run_unversioned(&digest, work).await.map(no_store);
    }
    // Who may not publish is refused before the transaction makes other writers wait.
    party::may_publish(context.read()?, id.0, &caller).await?;
    let work = async move |write: &Write| {
        let row = steps::publish(write, id.0, &caller, input).await?;
        shown(&write.tx, row, &caller, StatusCode::OK).await.map(Outcome::Changed)
    };
    context.run(&digest, work).await.map(no_store)
}

/// List the steps that were taken
///
/// Oldest first, with what was said.
#[utoipa::path(tag = TAG, security(("token" = [SubmissionsWrite::NAME]), ("token" = [SubmissionsReview::NAME])), params(Id),
    responses((status = 200, description = "The steps", body = Steps)))]
#[get("/v1/submissions/{id}/actions")]
async fn list_submission_actions(
    caller: Scoped<SubmissionActor>,
    context: Data<Context>,
    id: Id,
) -> Result<HttpResponse> {
    one(context.read()?, id.0, &caller).await?;
    let items = query::taken(context.read()?, id.0).await?;
    reply("application/json", &Steps { items }).map(no_store)
}

/// Make a remark
///
/// By either side, on the whole or on a member of the content.
#[utoipa::path(tag = TAG, security(("token" = [SubmissionsWrite::NAME]), ("token" = [SubmissionsReview::NAME])), params(Id),
    responses((status = 201, description = "The comment", body = Comment)))]
#[post("/v1/submissions/{id}/comments")]
async fn create_submission_comment(
    context: WriteContext<SubmissionActor>,
    forms: Data<Forms>,
    id: Id,
    input: Json<CommentInput>,
) -> Result<HttpResponse> {
    let Json { checked, digest } = input;
    let (input, caller) = (checked.into_valid()?, context.caller.clone());
    let work = async move |tx: &DatabaseTransaction, _: &Author| {
        let comment = remarks::comment(remarks::remark(tx, &forms, id.0, &caller, input).await?);
        let created = Answer::of(StatusCode::CREATED, &comment)?;
        Ok(Outcome::Changed(created.with("location", format!("/v1/submissions/{}", id.0))))
    };
    context.run_unversioned(&digest, work).await.map(no_store)
}

/// Settle a remark
#[utoipa::path(tag = TAG, description = "By either side. What is settled stays so.", security(("token" = [SubmissionsWrite::NAME]), ("token" = [SubmissionsReview::NAME])), params(Id,
        ("comment" = Uuid, Path, description = "Id of the comment.", example = "0197f2a0-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The comment", body = Comment)))]
#[post("/v1/submissions/{id}/comments/{comment}/resolution")]
async fn create_submission_comment_resolution(
    context: WriteContext<SubmissionActor>,
    id: Id,
    req: HttpRequest,
    _: NoBody,
) -> Result<HttpResponse> {
    let comment = req.match_info().get("comment").and_then(|comment| comment.parse().ok());
    let comment: Uuid = comment.ok_or(Error::NotFound)?;
    let resolver = context.caller.clone();
    let work = async move |tx: &DatabaseTransaction, _: &Author| {
        let (row, is_new) = remarks::resolve(tx, id.0, comment, &resolver).await?;
        let answer = Answer::of(StatusCode::OK, &remarks::comment(row))?;
        Ok(if is_new { Outcome::Changed(answer) } else { Outcome::Unchanged(answer) })
    };
    context.run_unversioned("", work).await.map(no_store)
}

/// Settle who reviews
#[utoipa::path(tag = TAG, description = "By those who review. Without `to`, nobody does any more.", security(("token" = [SubmissionsReview::NAME])), params(Id),
    responses((status = 200, description = "The submission", body = Submission, headers(("ETag" = String, description = "Strong tag of the submission; send it in `If-Match`.")))))]
#[post("/v1/submissions/{id}/assignment")]
async fn create_submission_assignment(
    context: WriteContext<SubmissionsReview>,
    auth: Data<Auth>,
    id: Id,
    input: Json<AssignmentInput>,
) -> Result<HttpResponse> {
    let Json { checked, digest } = input;
    let (input, caller) = (checked.into_valid()?, context.caller.clone());
    let work = async move |tx: &DatabaseTransaction, _: &Author| {
        let is_foreign = input.to.as_ref().is_some_and(|to| auth.is_foreign(to));
        let row = store::assign(tx, &caller, Assignment { id: id.0, to: input.to, is_foreign }).await?;
        shown(tx, row, &caller, StatusCode::OK).await.map(Outcome::Changed)
    };
    context.run_unversioned(&digest, work).await.map(no_store)
}

/// The submission as who wrote sees it now.
async fn shown(tx: &DatabaseTransaction, row: Model, caller: &Caller, status: StatusCode) -> Result<Answer> {
    let submission = query::whole(tx, row, caller).await?;
    Ok(Answer::of(status, &submission)?.tagged(submission.revision))
}
