//! Migrations of the database schema, in SQL: one folder with `up.sql` and `down.sql` per step. Released steps never change,
//! because databases were migrated with them.

use sea_orm_migration::prelude::*;
pub use sea_orm_migration::{MigratorTrait, prelude::SchemaManager};

/// All schema steps, in order.
pub struct Migrator;

/// A schema step, from the two files of its folder.
struct Sql {
    name: &'static str,
    up: &'static str,
    down: &'static str,
}

macro_rules! sql {
    ($name:literal) => {
        Box::new(Sql {
            name: $name,
            up: include_str!(concat!("../sql/", $name, "/up.sql")),
            down: include_str!(concat!("../sql/", $name, "/down.sql")),
        })
    };
}

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            sql!("0001_directory"),
            sql!("0002_search"),
            sql!("0003_municipalities"),
            sql!("0004_themes"),
            sql!("0005_projects"),
            sql!("0006_search_index"),
            sql!("0007_documents"),
            sql!("0008_solutions"),
            sql!("0009_practice_examples"),
            sql!("0010_working_groups"),
            sql!("0011_learning_partnerships"),
            sql!("0012_events"),
            sql!("0013_courses"),
            sql!("0014_publications"),
            sql!("0015_search_across"),
            sql!("0016_network"),
            sql!("0017_writes"),
            sql!("0018_feed"),
            sql!("0019_confirmations"),
            sql!("0020_submissions"),
            sql!("0021_webhooks"),
            sql!("0022_told_anew"),
            sql!("0023_search_path"),
            sql!("0024_municipality_ids"),
            sql!("0025_private_webhooks"),
            sql!("0026_submission_names"),
            sql!("0027_former_keys"),
            sql!("0028_titles"),
            sql!("0029_search_fold"),
            sql!("0030_never_confirmed"),
            sql!("0031_representations"),
            sql!("0032_list_indexes"),
            sql!("0033_search_plans"),
            sql!("0034_search_dependencies"),
            sql!("0035_search_versions"),
        ]
    }
}

impl MigrationName for Sql {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Sql {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(self.up).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(self.down).await.map(drop)
    }
}
