//! Three-way merge of JSON values: applies the changes of both sides to their common base.

use serde_json::{Map, Value};

use crate::base::validation::escaped;

/// Result of a three-way merge.
#[derive(Debug, PartialEq)]
pub(crate) struct Merged {
    /// The merged value. A member that both sides changed has the value of `ours`.
    pub content: Value,
    /// JSON pointers to the members that both sides changed to different values.
    pub conflicts: Vec<String>,
}

/// Merges two values with a common base by member. A member that only one side changed has the value of that side.
/// Objects are merged recursively. A list counts as one member.
pub(crate) fn merge(base: &Value, theirs: &Value, ours: &Value) -> Merged {
    let mut conflicts = vec![];
    let sides = Sides { base: Some(base), theirs: Some(theirs), ours: Some(ours) };
    let content = sides.merge("", &mut conflicts).unwrap_or_default();
    Merged { content, conflicts }
}

/// A member in each of the three states.
#[derive(Clone, Copy)]
struct Sides<'v> {
    base: Option<&'v Value>,
    theirs: Option<&'v Value>,
    ours: Option<&'v Value>,
}

impl Sides<'_> {
    fn merge(self, pointer: &str, conflicts: &mut Vec<String>) -> Option<Value> {
        let Self { base, theirs, ours } = self;
        if ours == base || ours == theirs {
            return theirs.cloned();
        }
        if theirs == base {
            return ours.cloned();
        }
        if let (Some(Value::Object(theirs)), Some(Value::Object(ours))) = (theirs, ours) {
            return Some(self.members(theirs, ours, pointer, conflicts));
        }
        conflicts.push(pointer.to_owned());
        ours.cloned()
    }

    /// Merges the members of an object. Keeps the order of `ours`, followed by that of `theirs`.
    fn members(
        self,
        theirs: &Map<String, Value>,
        ours: &Map<String, Value>,
        pointer: &str,
        conflicts: &mut Vec<String>,
    ) -> Value {
        let before = |name: &str| self.base.and_then(|base| base.get(name));
        let names = ours.keys().chain(theirs.keys().filter(|name| !ours.contains_key(*name)));
        let member = |name: &String| {
            let sides = Sides { base: before(name), theirs: theirs.get(name), ours: ours.get(name) };
            Some((name.clone(), sides.merge(&below(pointer, name), conflicts)?))
        };
        Value::Object(names.filter_map(member).collect())
    }
}

/// Returns JSON pointers to the members that differ. A list counts as one member.
pub(crate) fn changed(before: &Value, after: &Value) -> Vec<String> {
    let mut pointers = vec![];
    compare(Some(before), Some(after), "", &mut pointers);
    pointers
}

fn compare(before: Option<&Value>, after: Option<&Value>, pointer: &str, pointers: &mut Vec<String>) {
    match (before, after) {
        (before, after) if before == after => {}
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            for name in after.keys().chain(before.keys().filter(|name| !after.contains_key(*name))) {
                compare(before.get(name), after.get(name), &below(pointer, name), pointers);
            }
        }
        _ => pointers.push(pointer.to_owned()),
    }
}

/// Returns the JSON pointer of a member.
fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", escaped(name))
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::base::property::config;

    fn base() -> Value {
        json!({ "title": { "de": "Alt", "en": "Old" }, "status": "pilot", "themes": ["a"], "costs": { "min": 1 } })
    }

    fn with(changes: &Value) -> Value {
        let mut state = base();
        json_patch::merge(&mut state, changes);
        state
    }

    #[test]
    fn change_of_one_side_is_kept() {
        let theirs =
            with(&json!({ "status": "operational", "title": { "en": "New" }, "website": "https://example.org/" }));
        let ours = with(&json!({ "title": { "de": "Neu" }, "themes": ["b"], "costs": null }));

        let Merged { content, conflicts } = merge(&base(), &theirs, &ours);

        assert!(conflicts.is_empty(), "{conflicts:?}");
        assert_eq!(
            content,
            json!({
                "title": { "de": "Neu", "en": "New" }, "status": "operational", "themes": ["b"],
                "website": "https://example.org/",
            })
        );
    }

    #[test]
    fn different_changes_of_both_sides_conflict() {
        let theirs =
            with(&json!({ "status": "operational", "title": { "de": "Anders" }, "themes": ["a", "b"], "costs": null }));
        let ours =
            with(&json!({ "status": "operational", "title": { "de": "Neu" }, "themes": [], "costs": { "min": 2 } }));

        let Merged { content, conflicts } = merge(&base(), &theirs, &ours);

        assert_eq!(conflicts, ["/title/de", "/themes", "/costs"]);
        assert_eq!((&content["status"], &content["title"]["de"]), (&json!("operational"), &json!("Neu")));
    }

    #[test]
    fn object_added_by_both_sides_is_merged() {
        let theirs = with(&json!({ "staffing": { "one": 1 } }));
        let ours = with(&json!({ "staffing": { "two": 2 } }));

        let merged = merge(&base(), &theirs, &ours);

        assert_eq!((merged.conflicts.len(), &merged.content["staffing"]), (0, &json!({ "one": 1, "two": 2 })));
    }

    #[test]
    fn changed_members_are_listed_as_pointers() {
        let after = with(&json!({ "title": { "en": "New" }, "themes": ["a", "b"], "costs": null, "a/b": 1 }));

        assert_eq!(changed(&base(), &after), ["/title/en", "/themes", "/a~1b", "/costs"]);
        assert_eq!(changed(&base(), &base()), Vec::<String>::new());
    }

    fn states() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![any::<bool>().prop_map(Value::from), vec(0..3, 0..2).prop_map(Value::from)];
        let object = |member| btree_map("[a-c/]", member, 0..3).prop_map(|members| json!(members));
        leaf.prop_recursive(3, 16, 3, object)
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn unchanged_side_takes_the_changes_of_the_other(base in states(), changed in states()) {
            let merged = Merged { content: changed.clone(), conflicts: vec![] };

            prop_assert_eq!(merge(&base, &changed, &base), merged);
            prop_assert_eq!(merge(&base, &base, &changed).content, changed.clone());
            prop_assert_eq!(merge(&base, &changed, &changed).conflicts, Vec::<String>::new());
        }

        #[test]
        fn states_differ_if_and_only_if_members_are_listed(before in states(), after in states()) {
            prop_assert_eq!(changed(&before, &after).is_empty(), before == after);
        }
    }
}
