# Commands for development. `just` without arguments lists them.

default:
    @just --list

# Serve the directory on the embedded database
run *arguments:
    cargo run -- {{ arguments }}

# Run the tests that need no server; with a filter, those whose names contain it
test *filter:
    cargo test --workspace --locked -- {{ filter }}

# Run all end-to-end tests on the server in TEST_DATABASE_URL; with a filter, those whose names contain it
test-server *filter:
    @: "${TEST_DATABASE_URL:?set it to the URL of a PostgreSQL server, see CONTRIBUTING.md}"
    cargo test --workspace --locked --test e2e -- --include-ignored {{ filter }}

# Check format and lints, with and without the embedded database
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
    cargo clippy -p api --no-default-features --locked -- -D warnings

# Build the documentation of the crates, and refuse warnings
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# Write openapi/openapi.json
openapi:
    cargo run -p openapi

# Run the end-to-end tests, and update the snapshots
snapshots:
    INSTA_UPDATE=always cargo test --workspace --locked --test e2e

# Run all checks that a change must pass (about 40 minutes)
ci:
    .ci/run

# Run the longer checks (about two hours)
full:
    .ci/full
