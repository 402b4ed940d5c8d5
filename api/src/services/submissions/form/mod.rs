//! Submission forms, derived from the OpenAPI document so that they agree with the validation of writes.

mod dto;

use std::sync::OnceLock;

use actix_web::get;
use actix_web::web::Data;
use entity::Text;
use entity::vocabulary::lists;
use serde_json::{Map, Value, json};

use self::dto::{Choice, FieldType, Form, FormMember, FormQuery};
use super::TAG;
use super::kind::{SUBMITTABLE, Submittable};
use super::labels::labels;
use crate::base::error::{Error, Result, Rule, Violation};
use crate::base::public_url::public_path;
use crate::http::{Public, QueryString, reply};
use crate::model::catalog::{PRACTICE_EXAMPLES, Resource};
use crate::write::input::MAX_BYTES;

/// Get a submission form
///
/// Returns label, help text, type, limits, options and an example for each member of the content, to generate a form from.
/// Public.
#[utoipa::path(tag = TAG, params(FormQuery), responses((status = 200, description = "The form", body = Form)))]
#[get("/v1/submissions/form")]
pub(super) async fn get_submission_form(forms: Data<Forms>, query: QueryString<FormQuery>) -> Result<Public> {
    let resource = query.0.resource.as_deref().unwrap_or(PRACTICE_EXAMPLES.collection);
    let form = forms.of_resource(resource).ok_or_else(|| {
        let rule = Rule::unknown_value(resource, forms.all().iter().map(|form| form.resource));
        Error::Parameters(vec![Violation::parameter("resource", rule)])
    })?;
    reply("application/json", form).map(Public)
}

/// Submission forms, one for each submittable resource.
pub(crate) struct Forms {
    document: &'static str,
    forms: OnceLock<Vec<Form>>,
}

impl Forms {
    /// Returns the forms of an OpenAPI document. They are derived at their first use.
    pub(crate) fn of(document: &'static str) -> Self {
        Self { document, forms: OnceLock::new() }
    }

    fn all(&self) -> &[Form] {
        self.forms.get_or_init(|| {
            let document = serde_json::from_str(self.document).unwrap_or_default();
            SUBMITTABLE.iter().map(|kind| Form::of(kind, &document)).collect()
        })
    }

    fn of_resource(&self, collection: &str) -> Option<&Form> {
        self.all().iter().find(|form| form.resource == collection)
    }

    /// Returns whether content of a kind may have a member at a JSON pointer.
    pub(super) fn has_member(&self, kind: &Submittable, pointer: &str) -> bool {
        // The pointers in a form have an asterisk instead of an index.
        let part = |part| if str::parse::<usize>(part).is_ok() { "*" } else { part };
        let place = pointer.split('/').map(part).collect::<Vec<_>>().join("/");
        let form = self.of_resource(kind.resource.collection);
        !pointer.contains('*') && form.is_some_and(|form| any_has(&form.members, &place))
    }
}

fn any_has(members: &[FormMember], place: &str) -> bool {
    members.iter().any(|member| {
        let item = format!("{}{}", member.pointer, if member.is_list { "/*" } else { "" });
        match place.strip_prefix(&item) {
            Some("") => true,
            Some("/de" | "/en") if member.kind == FieldType::Text => true,
            _ => place == member.pointer || any_has(&member.members, place),
        }
    })
}

fn text(de: &str, en: &str) -> Text {
    Text { de: de.to_owned(), en: Some(en.to_owned()) }
}

impl Form {
    fn of(kind: &Submittable, document: &Value) -> Self {
        let reading =
            Reading { document, references: (kind.references)(), wanted: kind.wanted, read_only: kind.read_only };
        // The input schema is that of the body that creates an entry of the resource.
        let body =
            format!("/paths/~1v1~1{}/post/requestBody/content/application~1json/schema", kind.resource.collection);
        let (schema, input) = reading.resolved(document.pointer(&body).unwrap_or(&Value::Null));
        let members = reading.members(&schema, input, "");
        let needed =
            members.iter().filter(|member| member.required).map(|member| (member.name.clone(), member.example.clone()));
        let example = Value::Object(needed.collect());
        let [de, en] = kind.resource.title;
        Self { resource: kind.resource.collection, title: text(de, en), max_bytes: MAX_BYTES, members, example }
    }
}

/// The OpenAPI document, and the properties of the resource that the document lacks.
struct Reading<'d> {
    document: &'d Value,
    references: Vec<(&'static str, &'static Resource)>,
    wanted: &'static [&'static str],
    read_only: &'static [&'static str],
}

/// Position of a member in the content.
struct Place<'p> {
    schema: &'p str,
    /// Path of the object that contains the member.
    path: &'p str,
    required: bool,
}

impl<'d> Reading<'d> {
    /// Resolves a reference, and returns the name of the schema and the schema.
    fn resolved(&self, schema: &'d Value) -> (String, &'d Value) {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return (String::new(), schema) };
        let found = self.document.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null);
        (reference.rsplit('/').next().unwrap_or_default().to_owned(), found)
    }

    fn members(&self, name: &str, schema: &'d Value, path: &str) -> Vec<FormMember> {
        let none = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
        let required = |member: &String| {
            schema.get("required").and_then(Value::as_array).is_some_and(|all| all.iter().any(|one| one == member))
        };
        let read = |member: &String| {
            let property = schema.get("properties")?.get(member)?;
            Some(self.member(&Place { schema: name, path, required: required(member) }, member, property))
        };
        let is_writable = |member: &&String| !path.is_empty() || !self.read_only.contains(&member.as_str());
        properties.keys().filter(is_writable).filter_map(read).collect()
    }

    fn member(&self, place: &Place<'_>, name: &str, property: &'d Value) -> FormMember {
        let Place { schema, path, required } = *place;
        let items = property.get("items");
        let is_list = items.is_some();
        let item = items.unwrap_or(property);
        // The schema of a reference allows a key or a link. Forms use the key.
        let (of, item) = self.resolved(item.pointer("/oneOf/0").unwrap_or(item));
        let path = format!("{path}{name}{}", if is_list { "/*" } else { "" });
        let reference = self.references.iter().find(|(member, _)| *member == path).map(|(_, resource)| resource);
        let terms = item.get("enum").and_then(Value::as_array);
        let list = terms.and_then(|terms| {
            lists().into_iter().find(|list| list.terms.iter().map(|(value, _)| json!(value)).eq(terms.iter().cloned()))
        });
        let kind = takes(&of, item, reference.is_some());
        let labels = labels(schema, name).unwrap_or_default();
        // The limits of the German text apply to both languages.
        let limits = if kind == FieldType::Text { item.pointer("/properties/de").unwrap_or(item) } else { item };
        let whole = |of: &Value, limit: &str| of.get(limit).and_then(Value::as_u64);
        let number = |limit: &str| item.get(limit).and_then(Value::as_f64);
        let english = property.get("description").or_else(|| item.get("description")).and_then(Value::as_str);
        let members = match kind {
            FieldType::Object => self.members(&of, item, &format!("{path}/")),
            _ => vec![],
        };
        let options = list.as_ref().map(|list| {
            list.terms.iter().map(|(value, label)| Choice { value, label: text(label.0, label.1) }).collect()
        });
        FormMember {
            name: name.to_owned(),
            pointer: format!("/{}", path.strip_suffix("/*").unwrap_or(&path)),
            label: text(labels.de, labels.en),
            help: text(labels.help, english.unwrap_or_default()),
            kind,
            is_list,
            required,
            wanted: self.wanted.contains(&path.trim_end_matches("/*")),
            min_length: whole(limits, "minLength"),
            max_length: whole(limits, "maxLength"),
            pattern: item.get("pattern").and_then(Value::as_str).map(str::to_owned),
            minimum: number("minimum"),
            maximum: number("maximum"),
            min_items: whole(property, "minItems"),
            max_items: whole(property, "maxItems"),
            vocabulary: list.map(|list| public_path(format_args!("/v1/vocabularies/{}", list.name))),
            options,
            reference: reference.map(|resource| public_path(format_args!("/v1/{}", resource.collection))),
            example: listed(is_list, property.get("example").cloned().unwrap_or_else(|| example(item, &members))),
            members,
        }
    }
}

fn takes(of: &str, item: &Value, is_reference: bool) -> FieldType {
    let says = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default();
    match (says("type"), says("format")) {
        _ if is_reference => FieldType::Reference,
        _ if item.get("enum").is_some() => FieldType::Term,
        _ if of == "PartialDate" => FieldType::PartialDate,
        ("object", _) if item.pointer("/properties/de").is_some() => FieldType::Text,
        ("object", _) => FieldType::Object,
        (_, "date") => FieldType::Date,
        (_, "iri") => FieldType::Url,
        (_, "email") => FieldType::Email,
        ("integer", _) => FieldType::Integer,
        ("number", _) => FieldType::Number,
        ("boolean", _) => FieldType::Boolean,
        _ => FieldType::Line,
    }
}

/// Returns an example for a schema, composed of the examples of its parts.
fn example(schema: &Value, members: &[FormMember]) -> Value {
    if let Some(example) = schema.get("example").or_else(|| schema.pointer("/enum/0")) {
        return example.clone();
    }
    match members {
        [] => {
            let parts = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
            parts.filter_map(|(name, part)| Some((name.clone(), part.get("example")?.clone()))).collect()
        }
        members => members.iter().map(|member| (member.name.clone(), member.example.clone())).collect(),
    }
}

/// Wraps the example of an item in a list if the member is a list.
fn listed(is_list: bool, example: Value) -> Value {
    if is_list && !example.is_array() { json!([example]) } else { example }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::services::submissions::labels::all;

    fn collect_members<'f>(schema: &str, members: &'f [FormMember], collected: &mut Vec<(String, &'f FormMember)>) {
        for member in members {
            collected.push((format!("{schema}{}", member.name), member));
            collect_members(&format!("{schema}{}.", member.name), &member.members, collected);
        }
    }

    #[test]
    fn every_member_has_help_in_both_languages() {
        let document = serde_json::from_str(include_str!("../../../../../openapi/openapi.json")).unwrap();
        let forms: Vec<Form> = SUBMITTABLE.iter().map(|kind| Form::of(kind, &document)).collect();
        let mut collected = vec![];
        for form in &forms {
            collect_members("", &form.members, &mut collected);
        }
        for (name, member) in &collected {
            assert!(!member.help.de.is_empty(), "{name} has no German help");
            assert!(member.help.en.as_ref().is_some_and(|help| !help.is_empty()), "{name} has no English help");
            assert!(!member.example.is_null(), "{name} has no example");
        }
        let names: BTreeSet<&str> = collected.iter().map(|(_, member)| member.name.as_str()).collect();
        let stale: Vec<&str> = all().filter(|name| !names.contains(name.rsplit('.').next().unwrap())).collect();
        assert_eq!(stale, Vec::<&str>::new(), "labels without a member");
    }
}
