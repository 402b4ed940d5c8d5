# Commands for development. `just` without arguments lists them.

default:
    @just --list

# Serve the directory on the embedded database
run *arguments:
    cargo run -- {{ arguments }}

# Run all tests that need no server, on the embedded database
test *filter:
    cargo test --workspace --locked -- {{ filter }}

# Run the end-to-end tests on the server in TEST_DATABASE_URL, including those that need one
test-server *filter:
    test -n "${TEST_DATABASE_URL:-}"
    cargo test --workspace --locked --test e2e -- --include-ignored {{ filter }}

# Check format and lints, with and without the embedded database
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
    cargo clippy -p api --no-default-features --locked -- -D warnings

# Build the documentation of the crates
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# Write openapi/openapi.json
openapi:
    cargo run -p openapi

# Run the end-to-end tests, and update the snapshots
snapshots:
    INSTA_UPDATE=always cargo test --workspace --locked --test e2e

# Run all checks that a change must pass
ci:
    .ci/run

# Run the longer checks
full:
    .ci/full
