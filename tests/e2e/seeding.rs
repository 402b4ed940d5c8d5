//! Updates of a directory with the content of a newer release.

use api::app::seed::{Form, FormerKeysFile, ReleaseContent, SourceFile, UpdateReport, release_content, update};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{App, TestDatabase, statement};

/// The content of a release, as files.
struct Release {
    municipalities: String,
    solutions: String,
    examples: String,
    former: &'static str,
}

impl Release {
    fn new(municipalities: &[&str], solutions: &[Value], examples: &[Value], former: &'static str) -> Self {
        let header = "ags,slug,title.de,designation,kind,federal_state,population";
        Self {
            municipalities: format!("{header}\n{}\n", municipalities.join("\n")),
            solutions: json!(solutions).to_string(),
            examples: json!(examples).to_string(),
            former,
        }
    }

    fn content(&self) -> ReleaseContent<'_> {
        const THEMES: &str = r#"[{ "slug": "mobility", "title": { "de": "Mobilität" } }]"#;
        let json = |collection, text| SourceFile { collection, form: Form::Json, text };
        let municipalities =
            SourceFile { collection: "municipalities", form: Form::Csv, text: self.municipalities.as_str() };
        ReleaseContent {
            entries: vec![
                municipalities,
                json("themes", THEMES),
                json("solutions", &self.solutions),
                json("practice-examples", &self.examples),
            ],
            former_keys: vec![FormerKeysFile { collection: "municipalities", as_of: "2025-11-30", json: self.former }],
        }
    }

    /// Applies the release to a database without a running service.
    fn apply(self, database: &TestDatabase, dry_run: bool) -> UpdateReport {
        database.with(async move |database| update(database, &self.content(), dry_run).await.unwrap())
    }
}

fn solution(slug: &str, status: &str, website: Option<&str>) -> Value {
    let mut solution = json!({
        "slug": slug, "title": { "de": slug }, "summary": { "de": "Erfunden." }, "kind": "data", "status": status,
        "themes": ["mobility"], "sources": ["https://example.org/"],
    });
    if let Some(website) = website {
        solution["website"] = json!(website);
    }
    solution
}

fn example(slug: &str, municipality: &str) -> Value {
    json!({
        "slug": slug, "title": { "de": slug }, "municipality": municipality, "relation": "origin",
        "sources": ["https://example.org/"],
    })
}

fn older_release() -> Release {
    Release::new(
        &[
            "09100001,aufeld,Aufeld,St,town,DE-BY,1000",
            "09100002,bachdorf,Bachdorf,M,municipality,DE-BY,2000",
            "09100003,cham-neu,Cham,,town,DE-BY,3000",
            "09100004,dorf,Dorf,,municipality,DE-BY,4000",
            "09100005,eck,Eck,,municipality,DE-BY,5000",
            "09100006,furt,Furt,,municipality,DE-BY,6000",
            "09100007,gau,Gau,,municipality,DE-BY,7000",
            "09100008,hof-alt,Hof,,municipality,DE-BY,8000",
            "09100009,ilm,Ilm,,municipality,DE-BY,9000",
        ],
        &[
            solution("untouched", "pilot", None),
            solution("changed", "pilot", None),
            solution("deleted", "pilot", None),
            solution("renamed", "pilot", None),
        ],
        &[example("from-eck", "09100005")],
        "[]",
    )
}

fn newer_release() -> Release {
    let website = Some("https://example.org/new");
    Release::new(
        &[
            "09100001,aufeld,Aufeld,Stadt,town,DE-BY,1100",
            "09100002,bachdorf,Bachdorf,Markt,municipality,DE-BY,2200",
            "09200003,cham-neu,Cham,,town,DE-BY,3000",
        ],
        &[
            solution("untouched", "operational", website),
            solution("changed", "operational", website),
            solution("deleted", "operational", None),
            solution("renamed", "operational", None),
            solution("added", "planned", None),
        ],
        &[example("from-eck", "09100001"), example("added", "bachdorf")],
        r#"[
            { "ags": "09100003", "name": "Cham", "successor": "09200003" },
            { "ags": "09100004", "name": "Dorf" },
            { "ags": "09100005", "name": "Eck" },
            { "ags": "09100006", "name": "Furt" },
            { "ags": "09100007", "name": "Gau" },
            { "ags": "09100008", "name": "Hof", "successor": "09100001" },
            { "ags": "09100009", "name": "Ilm" }
        ]"#,
    )
}

/// Returns the IDs of all entries that a release may change, by path.
async fn ids(app: &App) -> Vec<(String, Value)> {
    let mut ids = vec![];
    for collection in ["municipalities", "solutions", "practice-examples"] {
        let entries = app.anonymous().all(&format!("/v1/{collection}?fields=id,slug")).await;
        ids.extend(
            entries
                .iter()
                .map(|entry| (format!("{collection}/{}", entry["slug"].as_str().unwrap()), entry["id"].clone())),
        );
    }
    ids
}

/// Fills a database with the older release and edits entries. Returns the database and the IDs before the edits.
async fn edited_database() -> (TestDatabase, Vec<(String, Value)>) {
    let database = TestDatabase::empty();
    let report = database.with(async |database| {
        database.migrate(None).await.unwrap();
        update(database, &older_release().content(), false).await.unwrap()
    });
    assert_eq!((report.stored.created, report.kept), (15, vec![]));
    let app = App::start_on(database);
    let before = ids(&app).await;
    let editor = app.admin();
    for (path, patch) in [
        ("municipalities/bachdorf", json!({ "website": "https://bachdorf.example" })),
        ("municipalities/ilm", json!({ "website": "https://ilm.example" })),
        ("solutions/changed", json!({ "status": "discontinued" })),
        ("solutions/renamed", json!({ "slug": "renamed-here" })),
    ] {
        let changed = editor.patch(&format!("/v1/{path}"), &patch, "*").await;
        assert_eq!(changed.status, 200, "{path}: {}", changed.text());
    }
    assert_eq!(editor.delete("/v1/solutions/deleted", "*").await.status, 204);
    assert_eq!(editor.post("/v1/practice-examples", &example("from-furt", "furt")).await.status, 201);
    app.issue(json!({ "subject": "gau", "role": "contributor", "municipalities": ["09100007"] })).await;
    (app.stop_serving(), before)
}

async fn version(database: &api::base::db::Database) -> i64 {
    let row = database.connection().query_one_raw(statement("select version from directory_version")).await.unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

fn version_of(database: &TestDatabase) -> i64 {
    database.with(async |database| version(database).await)
}

#[tokio::test]
async fn release_update_keeps_local_changes() {
    let (database, before) = edited_database().await;
    let report = newer_release().apply(&database, false);

    assert_eq!((report.stored.created, report.stored.updated), (2, 7), "{report:?}");
    let change = report.stored.key_changes.first().map(ToString::to_string);
    assert_eq!(change.as_deref(), Some("cham-neu: official key 09100003 → 09200003"));
    let app = App::start_on(database);
    let get = async |path: &str| app.anonymous().get(&format!("/v1/{path}")).await.json();
    let aufeld = get("municipalities/09100001").await;
    assert_eq!((&aufeld["designation"], &aufeld["population"]), (&json!("Stadt"), &json!(1100)));
    let bachdorf = get("municipalities/09100002").await;
    assert_eq!((&bachdorf["designation"], &bachdorf["website"]), (&json!("Markt"), &json!("https://bachdorf.example")));
    assert_eq!(get("solutions/untouched").await["status"], "operational");
    let changed = get("solutions/changed").await;
    assert_eq!((&changed["status"], &changed["website"]), (&json!("discontinued"), &json!("https://example.org/new")));
    assert!(
        report.kept.contains(
            &"solutions/changed keeps its values of /status, which differ from those of the release".to_owned()
        )
    );
    assert_eq!(get("solutions/renamed-here").await["status"], "operational");
    assert_eq!(app.anonymous().get("/v1/solutions/renamed").await.status, 308);
    assert_eq!(app.anonymous().get("/v1/solutions/deleted").await.status, 410);
    assert!(report.kept.contains(&"solutions/deleted was deleted from the directory and stays deleted".to_owned()));
    let after = ids(&app).await;
    for (path, id) in &after {
        let path = path.strip_suffix("-here").unwrap_or(path);
        assert!(before.iter().all(|(known, was)| known != path || was == id), "the ID of {path} has changed");
    }
    let history = app.admin().get("/v1/solutions/untouched/history").await;
    assert_eq!(history.each("actor"), ["transferatlas seed", "transferatlas seed"]);
}

#[tokio::test]
async fn release_removes_unreferenced_dissolved_municipalities() {
    let (database, _) = edited_database().await;
    let report = newer_release().apply(&database, false);

    let removed =
        ["municipalities/dorf (09100004)", "municipalities/eck (09100005)", "municipalities/hof-alt (09100008)"];
    assert_eq!(report.removed, removed);
    let stays =
        |slug: &str| report.kept.iter().find(|line| line.starts_with(&format!("municipalities/{slug} "))).unwrap();
    assert!(stays("furt").contains("/v1/practice-examples/from-furt"), "{}", stays("furt"));
    assert!(stays("gau").contains("it is bound to token "), "{}", stays("gau"));
    assert!(stays("ilm").contains("it was created or changed in the directory"), "{}", stays("ilm"));
    let app = App::start_on(database);
    let get = async |key: &str| app.anonymous().get(&format!("/v1/municipalities/{key}")).await;
    for (key, status) in [("09100004", 410), ("09100005", 410), ("09100006", 200), ("09100007", 200), ("09100009", 200)]
    {
        assert_eq!(get(key).await.status, status, "{key}");
    }
    assert_eq!(get("09100004").await.problem(), "retired-key");
    for (key, slug) in [("09100003", "cham-neu"), ("09100008", "aufeld")] {
        assert_eq!(get(key).await.header("location"), format!("/v1/municipalities/{slug}"), "{key}");
    }
    let example = app.anonymous().get("/v1/practice-examples/from-eck").await.json();
    assert_eq!(example["municipality"]["slug"], "aufeld", "the release refers to another municipality");

    // The municipality is removed once no entry refers to it.
    assert_eq!(app.admin().delete("/v1/practice-examples/from-furt", "*").await.status, 204);
    let database = app.stop_serving();
    let report = newer_release().apply(&database, false);
    assert_eq!(report.removed, ["municipalities/furt (09100006)"]);
}

#[tokio::test]
async fn dry_run_stores_nothing_and_update_is_idempotent() {
    let (database, _) = edited_database().await;
    let before = version_of(&database);

    let preview = newer_release().apply(&database, true);
    assert_eq!(version_of(&database), before);
    let applied = newer_release().apply(&database, false);
    let after = version_of(&database);
    let again = newer_release().apply(&database, false);

    assert_eq!((&preview.stored, &preview.removed, &preview.kept), (&applied.stored, &applied.removed, &applied.kept));
    assert_eq!((before + 1, version_of(&database)), (after, after));
    assert_eq!((again.stored.created, again.stored.updated, again.removed.len()), (0, 0, 0));
    assert!(again.kept.iter().all(|line| line.contains("is no longer in the register")), "{:?}", again.kept);
}

#[tokio::test]
async fn local_change_survives_later_releases() {
    let (database, _) = edited_database().await;
    newer_release().apply(&database, false);
    let mut later = newer_release();
    later.solutions = later.solutions.replace("https://example.org/new", "https://example.org/newest");

    let report = later.apply(&database, false);

    assert_eq!(report.stored.updated, 2, "{report:?}");
    let app = App::start_on(database);
    let changed = app.anonymous().get("/v1/solutions/changed").await.json();
    assert_eq!(
        (&changed["status"], &changed["website"]),
        (&json!("discontinued"), &json!("https://example.org/newest"))
    );
}

#[tokio::test]
async fn release_entry_that_refers_to_a_deleted_entry_is_skipped() {
    let (database, _) = edited_database().await;
    let mut release = newer_release();
    let mut examples = vec![example("of-deleted", "aufeld"), example("from-eck", "09100001")];
    examples[0]["solution"] = json!("deleted");
    release.examples = json!(examples).to_string();

    let report = release.apply(&database, false);

    let line = report.kept.iter().find(|line| line.starts_with("practice-examples/of-deleted is skipped")).unwrap();
    assert!(line.contains("/solution `deleted` does not identify"), "{line}");
    let app = App::start_on(database);
    assert_eq!(app.anonymous().get("/v1/practice-examples/of-deleted").await.status, 404);
}

#[test]
fn update_after_the_initial_fill_changes_nothing() {
    TestDatabase::filled().with(async |database| {
        let before = version(database).await;
        let report = update(database, &release_content(), false).await.unwrap();

        assert_eq!((report.stored.created, report.stored.updated, report.stored.unchanged), (0, 0, 13_089));
        assert_eq!((report.removed, report.kept), (vec![], vec![]));
        assert_eq!(version(database).await, before);
    });
}
