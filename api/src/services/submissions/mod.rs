//! Submissions: proposed content of entries, and its review. Submissions are private; only their published content is public.

mod actor;
mod dto;
mod findings;
mod form;
mod input;
mod kind;
mod labels;
mod names;
mod query;
mod remarks;
mod response;
mod review;
mod steps;
mod store;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, patch, post, put};
use entity::submission::Model;
use entity::vocabulary::ReviewAction;
use sea_orm::DatabaseTransaction;

use self::actor::{SubmissionActor, one};
use self::dto::{Comment, Steps, Submission, SubmissionQuery, Visibility};
use self::input::{AssignmentInput, CONTENT, CommentInput, ContentInput, StepInput, SubmissionInput};
use self::response::{Conflicts, submission_response};
use self::store::{Assignment, Revision, Rewrite};
use crate::auth::{Auth, Scope, Scoped, SubmissionsReview, SubmissionsWrite};
use crate::base::db::Write;
use crate::base::db::author::Author;
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::base::public_url::public_path;
use crate::http::{
    Id, Json, ListQuery, NoBody, Page, Paging, Patch, Precondition, RepresentationParams, Routes, no_store, reply,
    uuid_in_path,
};
use crate::query::list;
use crate::write::{Answer, Outcome, WriteContext};

pub(crate) const TAG: &str = "submissions";

pub(crate) use self::form::Forms;

pub(crate) fn routes(routes: &mut Routes) {
    // The fixed path must precede `/v1/submissions/{id}`.
    routes.service(form::get_submission_form);
    routes
        .service(list_submissions)
        .service(get_submission)
        .service(create_submission)
        .service(replace_submission_content)
        .service(update_submission_content);
    routes.service(list_submission_actions).service(create_submission_action);
    routes
        .service(create_submission_comment)
        .service(create_submission_comment_resolution)
        .service(create_submission_assignment);
}

/// List submissions
///
/// Returns submissions, longest waiting first: by `submitted_at`, or by `created_at` before the first submission. Requires
/// `submissions:write` or `submissions:review`. With `submissions:write`, includes the submissions owned by the municipalities of
/// the token, or for a token not bound to municipalities those created by its subject. With `submissions:review` and a token not
/// bound to municipalities, also includes every submission that was ever submitted. `facets=stage` counts submissions by stage.
#[utoipa::path(tag = TAG, security(("token" = [SubmissionsWrite::NAME]), ("token" = [SubmissionsReview::NAME])), params(SubmissionQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of submissions, or all matches in a streamed format", content(
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

/// Get a submission
///
/// Returns the submission with its violations, its comments, and the steps that the caller may take. Requires
/// `submissions:write` or `submissions:review`. A submission that is not visible to the caller returns 404.
#[utoipa::path(tag = TAG, security(("token" = [SubmissionsWrite::NAME]), ("token" = [SubmissionsReview::NAME])), params(Id),
    responses((status = 200, description = "The submission", body = Submission, headers(("ETag" = String, description = "Strong entity tag of the submission. Send it in `If-Match`.")))))]
#[get("/v1/submissions/{id}")]
async fn get_submission(caller: Scoped<SubmissionActor>, context: Data<Context>, id: Id) -> Result<HttpResponse> {
    let db = context.read()?;
    let (row, _) = one(&db, id.0, &caller).await?;
    submission_response(db.pool(), row, &caller, StatusCode::OK).await.map(Answer::send).map(no_store)
}

/// Create a submission
///
/// Creates a draft, whose content may be incomplete. With `entry`, the draft proposes a change or the withdrawal of a published
/// entry, which stays unchanged until the submission is published. Requires `submissions:write`; a token bound to municipalities
/// must act for a municipality responsible for the published entry. A subject may have up to 500 drafts (409).
#[utoipa::path(tag = TAG, security(("token" = [SubmissionsWrite::NAME])), request_body(content = SubmissionInput, description = CONTENT),
    responses((status = 201, description = "The submission", body = Submission, headers(("ETag" = String, description = "Strong entity tag of the submission. Send it in `If-Match`.")))))]
#[post("/v1/submissions")]
async fn create_submission(
    context: WriteContext<SubmissionsWrite>,
    input: Json<SubmissionInput>,
) -> Result<HttpResponse> {
    let Json { checked, digest } = input;
    let (input, caller) = (checked.into_valid()?, context.caller.clone());
    let work = async move |tx: &DatabaseTransaction, _: &Author| {
        let row = store::begin(tx, &caller, input).await?;
        let location = public_path(format_args!("/v1/submissions/{}", row.id));
        let begun = submission_response(tx, row, &caller, StatusCode::CREATED).await?;
        Ok(Outcome::Changed(begun.with("location", location)))
    };
    context.run_unversioned(&digest, work).await.map(no_store)
}

/// Replace the content of a submission
///
/// Replaces the content. Requires `submissions:write` and ownership of the submission. Allowed in the stages `draft` and
/// `changes_requested`, but not for a withdrawal (409). Later changes of the published entry are kept for members that the
/// content leaves as they are in its base revision. `based_on` makes the current revision of the published entry the base
/// revision: the content then replaces it as a whole. A `based_on` that is neither the current nor the base revision fails with 409.
#[utoipa::path(tag = TAG, security(("token" = [SubmissionsWrite::NAME])), params(Id), request_body(content = ContentInput, description = CONTENT),
    responses((status = 200, description = "The submission", body = Submission, headers(("ETag" = String, description = "Strong entity tag of the submission. Send it in `If-Match`.")))))]
#[put("/v1/submissions/{id}")]
async fn replace_submission_content(
    context: WriteContext<SubmissionsWrite>,
    id: Id,
    precondition: Precondition,
    input: Json<ContentInput>,
) -> Result<HttpResponse> {
    let revision = Revision::Replace(input.checked.into_valid()?);
    rewrite(context, Rewrite { id: id.0, precondition, revision }).await
}

/// Update a submission
///
/// Applies a merge patch (RFC 7396) to the content: members of `content` in the body get new values, `null` removes a member, and
/// lists are replaced as a whole. Requires `submissions:write` and ownership of the submission. Allowed in the stages `draft` and
/// `changes_requested`, but not for a withdrawal (409). With `based_on`, the other members take over the changes of the
/// published entry up to its current revision. Fails with 409 if a member was changed on both sides and is not in the patch.
#[utoipa::path(tag = TAG, security(("token" = [SubmissionsWrite::NAME])), params(Id), request_body(content = ContentInput, description = CONTENT, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The submission", body = Submission, headers(("ETag" = String, description = "Strong entity tag of the submission. Send it in `If-Match`.")))))]
#[patch("/v1/submissions/{id}")]
async fn update_submission_content(
    context: WriteContext<SubmissionsWrite>,
    id: Id,
    precondition: Precondition,
    patch: Patch<ContentInput>,
) -> Result<HttpResponse> {
    let revision = Revision::Patch(patch);
    rewrite(context, Rewrite { id: id.0, precondition, revision }).await
}

/// Writes new content. Equal content leaves the submission and its entity tag unchanged.
async fn rewrite(context: WriteContext<SubmissionsWrite>, rewrite: Rewrite) -> Result<HttpResponse> {
    let (conflicts, writer) = (Conflicts::of(&context, rewrite.id), context.caller.clone());
    let work = async move |tx: &DatabaseTransaction, _: &Author| {
        let (row, is_changed) = store::rewrite(tx, &writer, rewrite).await?;
        let answer = submission_response(tx, row, &writer, StatusCode::OK).await?;
        Ok(if is_changed { Outcome::Changed(answer) } else { Outcome::Unchanged(answer) })
    };
    conflicts.complete(context.run_unversioned("", work).await).await
}

/// Create a step of a submission
///
/// Takes a step of the review: `submit`, `withdraw`, `request_changes`, `reject`, `publish` or `reopen`. Owners with
/// `submissions:write` submit, withdraw and reopen. Reviewers with `submissions:review` request changes, reject and publish; an
/// author of the submission cannot review it (403). The member `actions` of the submission lists the steps that the caller may
/// take now; any other step fails with 409 or 403.
///
/// `publish` writes the proposed content to the directory with `last_confirmed_on` set to the current date in Germany, or deletes
/// the entry for a withdrawal. Members changed only in the published entry since the base revision keep their published values.
/// Fails with 409 if a member was changed on both sides; the problem has the base, published and submitted content.
#[utoipa::path(tag = TAG, security(("token" = [SubmissionsWrite::NAME]), ("token" = [SubmissionsReview::NAME])), params(Id),
    responses((status = 200, description = "The submission", body = Submission, headers(("ETag" = String, description = "Strong entity tag of the submission. Send it in `If-Match`.")))))]
#[post("/v1/submissions/{id}/actions")]
async fn create_submission_action(
    context: WriteContext<SubmissionActor>,
    id: Id,
    input: Json<StepInput>,
) -> Result<HttpResponse> {
    let Json { checked, digest } = input;
    let (input, caller) = (checked.into_valid()?, context.caller.clone());
    let conflicts = Conflicts::of(&context, id.0);
    if input.action != ReviewAction::Publish {
        let work = async move |tx: &DatabaseTransaction, author: &Author| {
            let row = steps::step(tx, author, id.0, &caller, input).await?;
            submission_response(tx, row, &caller, StatusCode::OK).await.map(Outcome::Changed)
        };
        return conflicts.complete(context.run_unversioned(&digest, work).await).await;
    }
    // Callers that may not publish are refused here, before the transaction blocks other writers.
    actor::may_publish(&context.read()?, id.0, &caller).await?;
    let work = async move |write: &Write| {
        let row = steps::publish(write, id.0, &caller, input).await?;
        submission_response(&write.tx, row, &caller, StatusCode::OK).await.map(Outcome::Changed)
    };
    conflicts.complete(context.run(&digest, work).await).await
}

/// List steps of a submission
///
/// Returns the steps of the review with their comments, oldest first. Requires `submissions:write` or `submissions:review`.
#[utoipa::path(tag = TAG, security(("token" = [SubmissionsWrite::NAME]), ("token" = [SubmissionsReview::NAME])), params(Id),
    responses((status = 200, description = "The steps", body = Steps)))]
#[get("/v1/submissions/{id}/actions")]
async fn list_submission_actions(
    caller: Scoped<SubmissionActor>,
    context: Data<Context>,
    id: Id,
) -> Result<HttpResponse> {
    one(&context.read()?, id.0, &caller).await?;
    let items = query::taken(&context.read()?, id.0).await?;
    reply("application/json", &Steps { items }).map(no_store)
}

/// Create a comment on a submission
///
/// Adds a comment on the whole submission or on a member of its content. Requires `submissions:write` or `submissions:review`. A
/// submission may have up to 500 comments (409).
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
        Ok(Outcome::Changed(created.with("location", public_path(format_args!("/v1/submissions/{}", id.0)))))
    };
    context.run_unversioned(&digest, work).await.map(no_store)
}

/// Resolve a comment
///
/// Marks a comment as resolved. Either side may resolve any comment of the submission. Requires `submissions:write` or
/// `submissions:review`. A resolved comment stays resolved.
#[utoipa::path(tag = TAG, security(("token" = [SubmissionsWrite::NAME]), ("token" = [SubmissionsReview::NAME])), params(Id,
        ("comment" = Uuid, Path, description = "ID of the comment (UUID).", example = "0197f2a0-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The comment", body = Comment)))]
#[post("/v1/submissions/{id}/comments/{comment}/resolution")]
async fn create_submission_comment_resolution(
    context: WriteContext<SubmissionActor>,
    id: Id,
    req: HttpRequest,
    _: NoBody,
) -> Result<HttpResponse> {
    let comment = uuid_in_path(&req, "comment")?;
    let resolver = context.caller.clone();
    let work = async move |tx: &DatabaseTransaction, _: &Author| {
        let (row, is_new) = remarks::resolve(tx, id.0, comment, &resolver).await?;
        let answer = Answer::of(StatusCode::OK, &remarks::comment(row))?;
        Ok(if is_new { Outcome::Changed(answer) } else { Outcome::Unchanged(answer) })
    };
    context.run_unversioned("", work).await.map(no_store)
}

/// Assign a reviewer
///
/// Assigns a reviewer to the submission, or removes the assignment if `to` is omitted. Requires `submissions:review` and a token
/// not bound to municipalities. The reviewer must not be an author of the submission, and unless the subject belongs to the
/// trusted issuer, must have a valid token with `submissions:review` that is not bound to municipalities (422).
#[utoipa::path(tag = TAG, security(("token" = [SubmissionsReview::NAME])), params(Id),
    responses((status = 200, description = "The submission", body = Submission, headers(("ETag" = String, description = "Strong entity tag of the submission. Send it in `If-Match`.")))))]
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
        submission_response(tx, row, &caller, StatusCode::OK).await.map(Outcome::Changed)
    };
    context.run_unversioned(&digest, work).await.map(no_store)
}
