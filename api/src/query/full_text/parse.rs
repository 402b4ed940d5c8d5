//! Parser of full-text queries: words, "phrases", `-word` and `or`.

use std::collections::HashSet;

/// A parsed query. Clauses are combined with AND, except where one is an alternative.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Question {
    /// Clauses in the order of the query.
    pub clauses: Vec<Clause>,
}

/// A word or phrase of the query.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Clause {
    /// Text of the word or phrase.
    pub text: String,
    /// Whether the clause is a phrase in quotation marks.
    pub is_phrase: bool,
    /// Whether entries with the clause are excluded.
    pub is_excluded: bool,
    /// Whether `or` precedes the clause.
    pub is_alternative: bool,
}

/// Largest number of clauses. Further clauses are ignored.
const MOST: usize = 24;

/// Stop words, which are ignored except in phrases and in queries without other words.
const SILENT: &[&str] = &[
    "an", "and", "am", "auf", "aus", "bei", "das", "dem", "den", "der", "des", "die", "ein", "eine", "einem", "einen",
    "einer", "eines", "for", "für", "fuer", "im", "in", "ist", "mit", "of", "on", "the", "to", "um", "und", "unter",
    "vom", "von", "with", "zu", "zum", "zur",
];

impl Question {
    /// Parses a query. Every text is a valid query.
    pub(super) fn parse(typed: &str) -> Self {
        let mut clauses = Vec::new();
        let mut alternative = false;
        // Quotation marks open and close phrases, so every second piece is a phrase.
        let typed = typed.replace(['„', '“', '”', '«', '»'], "\"");
        let mut excluded = false;
        for (index, piece) in typed.split('"').enumerate() {
            if index % 2 == 1 {
                clauses.push(Clause {
                    text: piece.to_owned(),
                    is_phrase: true,
                    is_excluded: excluded,
                    is_alternative: alternative,
                });
                (alternative, excluded) = (false, false);
                continue;
            }
            for word in piece.split_whitespace() {
                match word {
                    "-" | "–" | "−" => excluded = true,
                    _ if ["or", "oder", "|"].contains(&&*word.to_lowercase()) => alternative = true,
                    _ => {
                        let (is_excluded, word) =
                            word.strip_prefix(['-', '–', '−']).map_or((excluded, word), |word| (true, word));
                        let text = word.to_owned();
                        clauses.push(Clause { text, is_phrase: false, is_excluded, is_alternative: alternative });
                        (alternative, excluded) = (false, false);
                    }
                }
            }
        }
        let mut seen = HashSet::new();
        clauses
            .retain(|clause: &Clause| seen.insert((clause.text.to_lowercase(), clause.is_phrase, clause.is_excluded)));
        clauses.truncate(MOST);
        let mut question = Self { clauses };
        question.drop_silent();
        question
    }

    fn drop_silent(&mut self) {
        let silent = |clause: &Clause| !clause.is_phrase && SILENT.contains(&&*clause.text.to_lowercase());
        if !self.clauses.iter().all(silent) {
            self.clauses.retain(|clause| !silent(clause));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::property::config;

    fn clause(text: &str) -> Clause {
        Clause { text: text.to_owned(), ..Clause::default() }
    }

    #[test]
    fn query_is_parsed_into_clauses() {
        let question = Question::parse("Parken für \"grüne Welle\" -Bus or Bahn -\"auto frei\"");

        let expected = [
            clause("Parken"),
            Clause { is_phrase: true, ..clause("grüne Welle") },
            Clause { is_excluded: true, ..clause("Bus") },
            Clause { is_alternative: true, ..clause("Bahn") },
            Clause { is_phrase: true, is_excluded: true, ..clause("auto frei") },
        ];
        assert_eq!(question.clauses, expected);
    }

    #[test]
    fn stop_words_count_only_without_other_words() {
        assert_eq!(Question::parse("der Bus").clauses, [clause("Bus")]);
        assert_eq!(Question::parse("in").clauses, [clause("in")]);
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn any_text_is_a_query_of_limited_length(text in "(\\PC|[a-c\"„ -]| or | der ){0,120}") {
            let Question { clauses } = Question::parse(&text);

            prop_assert!(clauses.len() <= MOST);
            prop_assert!(clauses.iter().map(|clause| clause.text.len()).sum::<usize>() <= text.len());
        }
    }
}
