//! Parser of the entity tags in `If-Match` and `If-None-Match` (RFC 9110, 8.8.3). A tag may contain commas.

/// Entity tags of a header, or `*`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum EntityTags {
    Any,
    /// Each tag with its quotation marks, and with `W/` if it is weak.
    These(Vec<String>),
}

impl EntityTags {
    /// Parses the value of a header. Fails with the part that is not an entity tag.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut rest = text.trim_matches([' ', '\t', ',']);
        if rest == "*" {
            return Ok(Self::Any);
        }
        let mut tags = vec![];
        while !rest.is_empty() {
            let length = length(rest).ok_or_else(|| rest.split(',').next().unwrap_or_default().trim().to_owned())?;
            let (tag, behind) = rest.split_at(length);
            let next = behind.trim_start_matches([' ', '\t']);
            if !next.is_empty() && !next.starts_with(',') {
                return Err(rest.split(',').next().unwrap_or_default().trim().to_owned());
            }
            tags.push(tag.to_owned());
            rest = next.trim_start_matches([' ', '\t', ',']);
        }
        Ok(Self::These(tags))
    }
}

/// Returns the length of the entity tag at the start of a text.
fn length(text: &str) -> Option<usize> {
    let opaque = text.strip_prefix("W/").unwrap_or(text).strip_prefix('"')?;
    let end = opaque.find('"')?;
    let is_tag = opaque.bytes().take(end).all(|byte| byte == 0x21 || byte > 0x22 && byte != 0x7f);
    is_tag.then(|| text.len() - opaque.len() + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag_list(tags: &[&str]) -> EntityTags {
        EntityTags::These(tags.iter().map(|tag| (*tag).to_owned()).collect())
    }

    #[test]
    fn commas_inside_a_tag_are_kept() {
        assert_eq!(EntityTags::read("\"a,b\""), Ok(tag_list(&["\"a,b\""])));
        assert_eq!(EntityTags::read("\"a,*,b\" ,W/\"c\",, \"\""), Ok(tag_list(&["\"a,*,b\"", "W/\"c\"", "\"\""])));
        assert_eq!(EntityTags::read(" * "), Ok(EntityTags::Any));
        assert_eq!(EntityTags::read(""), Ok(tag_list(&[])));
    }

    #[test]
    fn invalid_tag_is_reported() {
        for (text, named) in
            [("17", "17"), ("\"a\", 17", "17"), ("\"a", "\"a"), ("\"a\" \"b\"", "\"a\" \"b\""), ("w/\"a\"", "w/\"a\"")]
        {
            assert_eq!(EntityTags::read(text), Err(named.to_owned()), "{text}");
        }
    }
}
