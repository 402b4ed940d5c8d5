//! The database schema: entities, directory version, change table and migrations.

use api::base::db::{Database, Schema};
use sea_orm::{ConnectionTrait, EntityTrait};
use tests::{TestDatabase, statement};

#[test]
fn every_entity_matches_its_table() {
    TestDatabase::filled().with(async |database| {
        let db = database.connection();
        assert!(entity::municipality::Entity::find().one(&db).await.unwrap().is_some());
        assert!(entity::theme::Entity::find().one(&db).await.unwrap().is_some());
        assert!(entity::project::Entity::find().one(&db).await.unwrap().is_some());
        assert!(entity::solution::Entity::find().one(&db).await.unwrap().is_some());
        assert!(entity::practice_example::Entity::find().one(&db).await.unwrap().is_some());
        assert!(entity::working_group::Entity::find().one(&db).await.unwrap().is_some());
        assert!(entity::learning_partnership::Entity::find().one(&db).await.unwrap().is_some());
        assert!(entity::event::Entity::find().one(&db).await.unwrap().is_some());
        assert!(entity::search_hit::Entity::find().one(&db).await.unwrap().is_some());
        assert!(entity::course::Entity::find().one(&db).await.unwrap().is_some());
        assert!(entity::publication::Entity::find().one(&db).await.unwrap().is_some());
        assert!(entity::change::Entity::find().one(&db).await.unwrap().is_some());
        assert!(entity::token::Entity::find().one(&db).await.unwrap().is_none());
        assert!(entity::submission::Entity::find().one(&db).await.unwrap().is_none());
        assert!(entity::submission_action::Entity::find().one(&db).await.unwrap().is_none());
        assert!(entity::submission_comment::Entity::find().one(&db).await.unwrap().is_none());
        assert!(entity::webhook::Entity::find().one(&db).await.unwrap().is_none());
        assert!(entity::webhook_delivery::Entity::find().one(&db).await.unwrap().is_none());
        assert!(entity::project_member::Entity::find().one(&db).await.unwrap().is_some());
    });
}

#[test]
fn write_to_any_directory_table_increments_the_version() {
    /// Tables that are derived from others or hold the version itself.
    const DERIVED: [&str; 9] = [
        "directory_version",
        "representation",
        "representation_dependency",
        "representation_pending",
        "search_dependency",
        "search_document",
        "search_removal",
        "search_word",
        "seaql_migrations",
    ];
    /// Tables that are no part of the public directory.
    const INTERNAL: [&str; 9] = [
        "change",
        "idempotency_key",
        "seed_state",
        "submission",
        "submission_action",
        "submission_comment",
        "token_use",
        "webhook",
        "webhook_delivery",
    ];
    TestDatabase::filled().with(async |database| {
        let db = database.connection();
        let tables = "select tablename::text from pg_tables where schemaname = current_schema()";
        let tables = db.query_all_raw(statement(tables)).await.unwrap();
        let tables = tables.iter().map(|row| row.try_get_by_index::<String>(0).unwrap());
        let tables: Vec<String> =
            tables.filter(|table| !DERIVED.contains(&table.as_str()) && !INTERNAL.contains(&table.as_str())).collect();
        assert!(tables.len() >= 5);
        for table in tables {
            let before = version(database).await;
            db.execute_unprepared(&in_write_transaction(&format!("delete from {table} where false"))).await.unwrap();
            assert_eq!(version(database).await, before + 1, "{table}");
        }
    });
}

#[test]
fn entries_without_history_get_an_import_record() {
    TestDatabase::filled().with(async |database| {
        // Reverts to the schema before step 0017, which introduces the change table.
        let later = database.steps_made().await.unwrap().len() - 16;
        database.migrate(Some(u32::try_from(later).unwrap())).await.unwrap();
        database.migrate(None).await.unwrap();

        api::app::seed::fill(database).await.unwrap();
        let before = version(database).await;
        api::app::seed::fill(database).await.unwrap();

        let unrecorded = "select count(*) from search_document d where 1 <> (select count(*) from change c \
            where c.entry_id = d.entry_id and c.slug = d.slug and c.action = 'import' and c.entry ->> 'slug' = d.slug)";
        let unrecorded = database.connection().query_one_raw(statement(unrecorded)).await.unwrap().unwrap();
        assert_eq!(unrecorded.try_get_by_index::<i64>(0).unwrap(), 0);
        assert_eq!(version(database).await, before, "a second run changes nothing");
    });
}

#[test]
fn change_table_is_append_only() {
    TestDatabase::filled().with(async |database| {
        for change in ["update change set actor = 'nobody'", "delete from change", "truncate change"] {
            let written = format!("set transaction_read_only = off; {change}");
            let refused = database.connection().execute_unprepared(&written).await.unwrap_err();
            assert!(refused.to_string().contains("append-only"), "{change}: {refused}");
        }
    });
}

#[test]
fn transaction_increments_the_version_once() {
    TestDatabase::filled().with(async |database| {
        let before = version(database).await;
        let changes = "update theme set sdgs = '{1}'; update project set round = 1; delete from project_theme";
        database.connection().execute_unprepared(&in_write_transaction(changes)).await.unwrap();
        assert_eq!(version(database).await, before + 1);
    });
}

#[test]
fn migrations_apply_revert_and_apply_again() {
    TestDatabase::empty().with(async |database| {
        assert!(matches!(database.schema().await.unwrap(), Schema::Old { .. }));
        database.migrate(None).await.unwrap();
        let created = schema_objects(database).await;
        database.migrate(Some(100)).await.unwrap();
        assert_eq!(schema_objects(database).await, vec!["table seaql_migrations".to_owned()]);
        database.migrate(None).await.unwrap();
        assert_eq!(schema_objects(database).await, created);
        assert_eq!(database.schema().await.unwrap(), Schema::Current);
    });
}

#[test]
fn newer_schema_is_recognised() {
    TestDatabase::filled().with(async |database| {
        let step = "insert into seaql_migrations (version, applied_at) values ('9999_future', 0)";
        database.connection().execute_unprepared(&in_write_transaction(step)).await.unwrap();
        assert_eq!(database.schema().await.unwrap(), Schema::Newer);
    });
}

#[test]
fn migration_rebuilds_normalised_search_text() {
    const FOLDED: &str = "select concat_ws('|', t.title_key, d.label_key, d.words @@ 'co2 & fi', \
            exists (select from search_word where word = 'co2'), exists (select from search_word where word = 'zuvorgesagtes'), \
            (select version from directory_version)) \
        from theme t join search_document d on d.entry_id = t.id where t.slug = 'mobility'";
    TestDatabase::filled().with(async |database| {
        let db = database.connection();
        // Reverts to the schema before step 0029.
        let later = database.steps_made().await.unwrap().len() - 28;
        database.migrate(Some(u32::try_from(later).unwrap())).await.unwrap();
        let change = "update theme set title = '{\"de\": \"CO₂-Ampel\", \"en\": \"ﬁ\"}' where slug = 'mobility'; \
            insert into search_word values ('theme', 'zuvorgesagtes', 'zuvorgesagtes', 'zuvorgesagtes'); \
            do $$ declare themes uuid[] := array(select id from theme where slug = 'mobility'); begin call search_refresh('theme', themes); end $$";
        db.execute_unprepared(&in_write_transaction(change)).await.unwrap();
        let before = version(database).await;

        database.migrate(None).await.unwrap();

        let folded = db.query_one_raw(statement(FOLDED)).await.unwrap().unwrap();
        let folded: String = folded.try_get_by_index(0).unwrap();
        assert_eq!(folded, format!("co2 ampel|co2 ampel|t|t|f|{before}"));
        let (differing, stale) = (differing_words(database).await, stale_documents(database).await);
        assert_eq!((differing, stale), (0, 0));
    });
}

/// Returns the number of words that differ between the dictionary and the documents.
async fn differing_words(database: &Database) -> i64 {
    const DIFFERING: &str = "select count(*) from search_word w \
        full join (select distinct resource, unnest(tsvector_to_array(words)) as word from search_document) d \
          on d.resource = w.resource and d.word = w.word \
        where d.word is null or w.word is null and d.word !~ '^[0-9]+$'";
    let row = database.connection().query_one_raw(statement(DIFFERING)).await.unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

/// Returns the number of search documents that differ from their entries.
pub(crate) async fn stale_documents(database: &Database) -> i64 {
    const STALE: &str = "select count(*) from search_document d join ( \
            select entry_id, words, label from municipality_document union all select entry_id, words, label from theme_document \
            union all select entry_id, words, label from project_document union all select entry_id, words, label from solution_document \
            union all select entry_id, words, label from event_document union all select entry_id, words, label from course_document \
            union all select entry_id, words, label from publication_document \
            union all select entry_id, words, label from practice_example_document \
            union all select entry_id, words, label from working_group_document \
            union all select entry_id, words, label from learning_partnership_document \
        ) now on now.entry_id = d.entry_id where d.words <> now.words or d.label <> now.label";
    let row = database.connection().query_one_raw(statement(STALE)).await.unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

/// Wraps SQL in a read-write transaction, which the read-only connections of the service require for writes.
fn in_write_transaction(sql: &str) -> String {
    format!("begin read write; {sql}; commit")
}

async fn version(database: &Database) -> i64 {
    let row = database.connection().query_one_raw(statement("select version from directory_version")).await.unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

/// Returns the tables, views, functions and dictionaries that belong to no extension.
async fn schema_objects(database: &Database) -> Vec<String> {
    const OBJECTS: &str = "select 'table ' || relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') \
        union select 'function ' || p.proname from pg_proc p where pronamespace = 'public'::regnamespace \
            and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e') \
        union select 'dictionary ' || dictname from pg_ts_dict where dictnamespace = 'public'::regnamespace order by 1";
    let rows = database.connection().query_all_raw(statement(OBJECTS)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

#[test]
fn no_function_depends_on_the_search_path() {
    const DEPENDENT: &str = "select p.oid::regprocedure::text from pg_proc p \
        where p.pronamespace = (select oid from pg_namespace where nspname = current_schema()) \
          and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e') \
          and p.prosqlbody is null \
          and not exists (select from unnest(p.proconfig) setting where setting like 'search\\_path=%')";
    TestDatabase::filled().with(async |database| {
        let db = database.connection();
        let rows = db.query_all_raw(statement(DEPENDENT)).await.unwrap();
        let dependent: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        assert!(dependent.is_empty(), "define these functions with a SQL-standard body or with a search_path: {dependent:?}");
        // The functions also work in a session with an empty search_path.
        let schema = db.query_one_raw(statement("select current_schema()::text")).await.unwrap().unwrap();
        let schema: String = schema.try_get_by_index(0).unwrap();
        let write = format!(
            "begin read write; set local search_path = ''; \
             update {schema}.theme set title = '{{\"de\": \"Über Nacht\"}}' where slug = 'mobility'; \
             do $$ declare themes uuid[] := array(select id from {schema}.theme); begin \
                 call {schema}.search_refresh('theme', themes); \
                 if (select label_key from {schema}.search_document where slug = 'mobility' and resource = 'theme') <> 'uber nacht' \
                 then raise 'not refreshed'; end if; \
                 perform {schema}.search_expand('theme', array['mobilitat']); \
                 perform {schema}.referrers('theme', (select id from {schema}.theme where slug = 'mobility')); \
             end $$; rollback"
        );
        db.execute_unprepared(&write).await.unwrap();
    });
}
