//! Tests of the committed OpenAPI document, and of the wording of public texts.

mod wording;

use std::collections::HashSet;
use std::sync::LazyLock;

use openapi::{Contract, DOCUMENT, Operation, render};
use serde_json::Value;

static CONTRACT: LazyLock<Contract> = LazyLock::new(Contract::new);

fn operations() -> Vec<Operation> {
    CONTRACT.operations().to_vec()
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

#[test]
fn committed_document_equals_the_generated_one() {
    assert!(DOCUMENT == render(), "run `cargo run -p openapi` and commit openapi/openapi.json");
}

#[test]
fn document_is_openapi_3_1_with_a_licence() {
    let contract = &*CONTRACT;

    assert!(text(contract.document(), "openapi").starts_with("3.1"));
    assert_eq!(contract.document().pointer("/info/license/identifier"), Some(&Value::from("EUPL-1.2")));
}

#[test]
fn every_reference_has_a_target() {
    fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let (document, mut found) = (CONTRACT.document(), vec![]);
    references(document, &mut found);
    assert!(found.len() > 500);
    for reference in found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

#[test]
fn operation_ids_are_unique_and_begin_with_a_verb() {
    let mut seen = HashSet::new();
    for Operation { id, .. } in operations() {
        let verb = id.split('_').next().unwrap_or_default();
        assert!(
            ["list", "get", "create", "replace", "update", "delete", "search", "suggest", "stream"].contains(&verb),
            "{id}"
        );
        assert!(seen.insert(id.clone()), "{id} stands twice");
    }
    assert!(seen.len() >= 10);
}

#[test]
fn every_operation_has_a_summary_and_a_known_tag() {
    let contract = &*CONTRACT;
    let tags: HashSet<&str> = contract
        .document()
        .get("tags")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|tag| text(tag, "name"))
        .collect();
    for operation in contract.operations() {
        let summary = text(&operation.value, "summary");
        assert!(!summary.is_empty() && !summary.ends_with('.'), "{}", operation.id);
        let tag = operation.value.pointer("/tags/0").and_then(Value::as_str).unwrap_or_default();
        assert!(tags.contains(tag), "{} has the tag {tag}", operation.id);
    }
}

#[test]
fn every_parameter_has_a_description_and_an_example() {
    for operation in operations() {
        for place in ["path", "query", "header"] {
            for parameter in operation.parameters(place) {
                let name = format!("{} of {}", text(parameter, "name"), operation.id);
                assert!(!text(parameter, "description").is_empty(), "{name} has no description");
                assert!(parameter.get("example").is_some(), "{name} has no example");
            }
        }
    }
}

#[test]
fn every_schema_and_member_is_described_with_an_example() {
    let contract = &*CONTRACT;
    let schemas =
        contract.document().pointer("/components/schemas").and_then(Value::as_object).cloned().unwrap_or_default();
    assert!(schemas.len() > 15);
    for (name, schema) in &schemas {
        assert!(!text(schema, "description").is_empty(), "{name} has no description");
        for (member, value) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let reference = value.get("$ref").is_some() || value.get("allOf").is_some() || value.get("oneOf").is_some();
            let items = value.pointer("/items/$ref").is_some();
            let map = value.get("additionalProperties").is_some() || value.get("type") == Some(&Value::from("object"));
            let described = reference || !text(value, "description").is_empty();
            assert!(described, "{name}.{member} has no description");
            assert!(
                reference || items || map || value.get("example").or(value.get("examples")).is_some(),
                "{name}.{member} has no example"
            );
        }
    }
}

#[test]
fn only_geometries_and_merge_patches_allow_null() {
    let schemas = CONTRACT.document().pointer("/components/schemas").and_then(Value::as_object).cloned().unwrap();
    let others = schemas.into_iter().filter(|(name, _)| !name.ends_with("Patch")).map(|(_, schema)| schema.to_string());
    let nulls: usize = others.map(|schema| schema.matches("\"null\"").count()).sum();
    assert_eq!(nulls, 1, "optional members are absent, never null");
}

#[test]
fn every_list_documents_the_columns_of_its_csv_file() {
    let lists = operations()
        .into_iter()
        .filter(|operation| operation.value.pointer("/responses/200/content/text~1csv").is_some());
    let others =
        ["search", "vocabularies", "submissions", "tokens", "webhooks", "audit"].map(|list| format!("/v1/{list}.csv"));
    let resources: Vec<_> =
        lists.filter(|list| list.path.matches('/').count() == 2 && !others.contains(&list.path)).collect();
    assert!(resources.len() >= 10);
    for list in resources {
        let example = list.value.pointer("/responses/200/content/text~1csv/example").and_then(Value::as_str);
        assert!(example.is_some_and(|columns| columns.starts_with("id,slug,") && columns.len() > 50), "{}", list.id);
    }
}

#[test]
fn every_operation_documents_its_problems() {
    for operation in operations() {
        let responses = operation.value.get("responses").and_then(Value::as_object).cloned().unwrap_or_default();
        let needed = if operation.path.contains('{') { vec!["400", "404", "500"] } else { vec!["400", "500"] };
        for status in needed {
            let media = format!("/{status}/content/application~1problem+json");
            assert!(
                Value::Object(responses.clone()).pointer(&media).is_some(),
                "{} does not promise {status}",
                operation.id
            );
        }
    }
}

#[test]
fn every_public_read_requires_no_token_and_documents_its_entity_tag() {
    for operation in
        operations().iter().filter(|operation| operation.method == "get" && operation.path.starts_with("/v1"))
    {
        // A redirect has no representation.
        if operation.value.pointer("/responses/308").is_some() {
            continue;
        }
        let path = operation.path.rsplit_once('.').map_or(&*operation.path, |(path, _)| path);
        let guarded = ["/v1/tokens", "/v1/submissions", "/v1/webhooks", "/v1/me", "/v1/audit"]
            .iter()
            .any(|own| operation.path.starts_with(own))
            && path != "/v1/submissions/form"
            || operation.path.ends_with("/tasks");
        assert_eq!(operation.is_guarded(), guarded, "{}", operation.id);
        // A representation that changes with time has no entity tag.
        if !guarded && path != "/v1/changes/stream" || path == "/v1/audit" {
            assert!(operation.value.pointer("/responses/200/headers/ETag").is_some(), "{}", operation.id);
            assert!(operation.value.pointer("/responses/304").is_some(), "{}", operation.id);
        }
    }
}

#[test]
fn every_write_documents_its_scope_and_its_problems() {
    let writes: Vec<_> = operations().into_iter().filter(|operation| operation.method != "get").collect();
    assert!(writes.len() > 50);
    for write in writes {
        assert!(write.scope().is_some(), "{} is open to everybody", write.id);
        let needed: &[&str] = match write.method.as_str() {
            "post" => &["400", "401", "403", "503"],
            "put" | "patch" => &["400", "401", "403", "404", "409", "410", "412", "415", "422", "428", "503"],
            _ => &["401", "403", "404", "409", "410", "412", "428", "503"],
        };
        // A deleted webhook is not found, and changes of webhooks have no conflicts.
        let is_webhook = write.path.starts_with("/v1/webhooks");
        for status in needed.iter().filter(|status| !(is_webhook && ["409", "410"].contains(*status))) {
            assert!(write.value.pointer(&format!("/responses/{status}")).is_some(), "{} {status}", write.id);
        }
        if ["put", "patch"].contains(&&*write.method)
            || write.method == "post"
                && !["/revocation", "/confirmations", "/resolution", "/secret", "/redelivery"]
                    .iter()
                    .any(|end| write.path.ends_with(end))
        {
            assert!(write.value.pointer("/requestBody/content").is_some(), "{}", write.id);
        }
        let holds_secret = write.method == "post" && (write.path == "/v1/webhooks" || write.path.ends_with("/secret"));
        if !write.path.starts_with("/v1/tokens") && !holds_secret {
            let names: Vec<&str> = write.parameters("header").iter().map(|header| text(header, "name")).collect();
            let needed = if write.method == "post" { "Idempotency-Key" } else { "If-Match" };
            assert!(names.contains(&needed), "{}: {names:?}", write.id);
        }
    }
}

#[test]
fn every_value_of_a_named_enumeration_has_a_description() {
    let schemas = CONTRACT.document().pointer("/components/schemas").and_then(Value::as_object).cloned().unwrap();
    let named = |name: &str| ["Sort", "Facet", "Field", "Code"].iter().any(|suffix| name.ends_with(suffix));
    let enums: Vec<_> = schemas.iter().filter(|(name, schema)| named(name) && schema.get("enum").is_some()).collect();
    assert!(enums.len() > 30, "{}", enums.len());
    for (name, schema) in enums {
        let about = text(schema, "description");
        let values = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
        for value in values.filter_map(Value::as_str) {
            let sentence = about.lines().find_map(|line| line.strip_prefix(&format!("* `{value}`: ")));
            assert!(sentence.is_some_and(|sentence| !sentence.is_empty()), "{name} {value}");
        }
    }
}
