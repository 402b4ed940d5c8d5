//! The schema: every table raises the version, every entity fits its table, every step goes back.

use api::base::db::{Database, Schema};
use sea_orm::{ConnectionTrait, EntityTrait};
use tests::{TestDatabase, statement};

#[test]
fn every_entity_fits_its_table() {
    TestDatabase::filled().with(async |database| {
        let db = database.connection();
        assert!(entity::municipality::Entity::find().one(db).await.unwrap().is_some());
        assert!(entity::theme::Entity::find().one(db).await.unwrap().is_some());
        assert!(entity::project::Entity::find().one(db).await.unwrap().is_some());
        assert!(entity::solution::Entity::find().one(db).await.unwrap().is_some());
        assert!(entity::practice_example::Entity::find().one(db).await.unwrap().is_some());
        assert!(entity::working_group::Entity::find().one(db).await.unwrap().is_some());
        assert!(entity::learning_partnership::Entity::find().one(db).await.unwrap().is_some());
        assert!(entity::event::Entity::find().one(db).await.unwrap().is_some());
        assert!(entity::search_hit::Entity::find().one(db).await.unwrap().is_some());
        assert!(entity::course::Entity::find().one(db).await.unwrap().is_some());
        assert!(entity::publication::Entity::find().one(db).await.unwrap().is_some());
        assert!(entity::change::Entity::find().one(db).await.unwrap().is_some());
        assert!(entity::token::Entity::find().one(db).await.unwrap().is_none());
        assert!(entity::submission::Entity::find().one(db).await.unwrap().is_none());
        assert!(entity::submission_action::Entity::find().one(db).await.unwrap().is_none());
        assert!(entity::submission_comment::Entity::find().one(db).await.unwrap().is_none());
        assert!(entity::webhook::Entity::find().one(db).await.unwrap().is_none());
        assert!(entity::webhook_delivery::Entity::find().one(db).await.unwrap().is_none());
        assert!(entity::project_member::Entity::find().one(db).await.unwrap().is_some());
    });
}

#[test]
fn every_table_of_the_directory_raises_its_version() {
    /// What is made from other tables, or is the version itself.
    const DERIVED: [&str; 5] =
        ["directory_version", "search_dependency", "search_document", "search_word", "seaql_migrations"];
    /// What is written beside the directory and with it, and is no part of what is read of it.
    const BESIDE: [&str; 9] = [
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
            tables.filter(|table| !DERIVED.contains(&table.as_str()) && !BESIDE.contains(&table.as_str())).collect();
        assert!(tables.len() >= 5);
        for table in tables {
            let before = version(database).await;
            db.execute_unprepared(&written(&format!("delete from {table} where false"))).await.unwrap();
            assert_eq!(version(database).await, before + 1, "{table}");
        }
    });
}

#[test]
fn a_directory_older_than_its_history_gets_one() {
    TestDatabase::filled().with(async |database| {
        // As it was before step 0017, which begins to note changes.
        let later = database.steps_made().await.unwrap().len() - 16;
        database.migrate(Some(u32::try_from(later).unwrap())).await.unwrap();
        database.migrate(None).await.unwrap();

        api::app::seed::fill(database).await.unwrap();
        let before = version(database).await;
        api::app::seed::fill(database).await.unwrap();

        let unnoted = "select count(*) from search_document d where 1 <> (select count(*) from change c \
            where c.entry_id = d.entry_id and c.slug = d.slug and c.action = 'import' and c.entry ->> 'slug' = d.slug)";
        let unnoted = database.connection().query_one_raw(statement(unnoted)).await.unwrap().unwrap();
        assert_eq!(unnoted.try_get_by_index::<i64>(0).unwrap(), 0);
        assert_eq!(version(database).await, before, "once is enough");
    });
}

#[test]
fn what_was_noted_of_changes_stays_as_it_is() {
    TestDatabase::filled().with(async |database| {
        for change in ["update change set actor = 'nobody'", "delete from change", "truncate change"] {
            let written = format!("set transaction_read_only = off; {change}");
            let refused = database.connection().execute_unprepared(&written).await.unwrap_err();
            assert!(refused.to_string().contains("append-only"), "{change}: {refused}");
        }
    });
}

#[test]
fn one_transaction_raises_the_version_once() {
    TestDatabase::filled().with(async |database| {
        let before = version(database).await;
        let changes = "update theme set sdgs = '{1}'; update project set round = 1; delete from project_theme";
        database.connection().execute_unprepared(&written(changes)).await.unwrap();
        assert_eq!(version(database).await, before + 1);
    });
}

#[test]
fn the_schema_goes_forwards_and_backwards() {
    TestDatabase::empty().with(async |database| {
        assert!(matches!(database.schema().await.unwrap(), Schema::Old { .. }));
        database.migrate(None).await.unwrap();
        let made = objects(database).await;
        database.migrate(Some(100)).await.unwrap();
        assert_eq!(objects(database).await, vec!["table seaql_migrations".to_owned()]);
        database.migrate(None).await.unwrap();
        assert_eq!(objects(database).await, made);
        assert_eq!(database.schema().await.unwrap(), Schema::Current);
    });
}

#[test]
fn a_schema_from_the_future_is_known_as_such() {
    TestDatabase::filled().with(async |database| {
        let step = "insert into seaql_migrations (version, applied_at) values ('9999_future', 0)";
        database.connection().execute_unprepared(&written(step)).await.unwrap();
        assert_eq!(database.schema().await.unwrap(), Schema::Newer);
    });
}

#[test]
fn what_was_folded_otherwise_is_folded_anew() {
    const FOLDED: &str = "select concat_ws('|', t.title_key, d.label_key, d.words @@ 'co2 & fi', \
            exists (select from search_word where word = 'co2'), exists (select from search_word where word = 'zuvorgesagtes'), \
            (select version from directory_version)) \
        from theme t join search_document d on d.entry_id = t.id where t.slug = 'mobility'";
    TestDatabase::filled().with(async |database| {
        let db = database.connection();
        // As it was before step 0029.
        let later = database.steps_made().await.unwrap().len() - 28;
        database.migrate(Some(u32::try_from(later).unwrap())).await.unwrap();
        let change = "update theme set title = '{\"de\": \"CO₂-Ampel\", \"en\": \"ﬁ\"}' where slug = 'mobility'; \
            insert into search_word values ('theme', 'zuvorgesagtes', 'zuvorgesagtes', 'zuvorgesagtes'); \
            do $$ declare themes uuid[] := array(select id from theme); begin call search_refresh('theme', themes); end $$";
        db.execute_unprepared(&written(change)).await.unwrap();
        let before = version(database).await;

        database.migrate(None).await.unwrap();

        let folded = db.query_one_raw(statement(FOLDED)).await.unwrap().unwrap();
        let folded: String = folded.try_get_by_index(0).unwrap();
        assert_eq!(folded, format!("co2 ampel|co2 ampel|t|t|f|{before}"));
        let (loose, stale) = (loose_words(database).await, stale_documents(database).await);
        assert_eq!((loose, stale), (0, 0));
    });
}

/// The words that no document has, and those of documents that the dictionary lacks.
async fn loose_words(database: &Database) -> i64 {
    const LOOSE: &str = "select count(*) from search_word w \
        full join (select distinct resource, unnest(tsvector_to_array(words)) as word from search_document) d \
          on d.resource = w.resource and d.word = w.word \
        where d.word is null or w.word is null and d.word !~ '^[0-9]+$'";
    let row = database.connection().query_one_raw(statement(LOOSE)).await.unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

/// Documents that are not what search makes of their entries.
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

/// The service's own connections for reads refuse to write unless they are told.
fn written(sql: &str) -> String {
    format!("begin read write; {sql}; commit")
}

async fn version(database: &Database) -> i64 {
    let row = database.connection().query_one_raw(statement("select version from directory_version")).await.unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

/// Tables, views, functions and dictionaries that no extension brought.
async fn objects(database: &Database) -> Vec<String> {
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
        assert!(dependent.is_empty(), "give these a body in standard SQL, or a search_path of their own: {dependent:?}");
        // Generated columns, views and triggers call them in a session that searches no schema.
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
