//! Parameters of the ranking.

/// Parameters of the ranking. The defaults lie in flat regions of the measured success.
#[derive(Debug, Clone)]
pub(crate) struct Parameters {
    /// Weights of words in titles, names, summaries and other texts.
    pub(crate) classes: [f32; 4],
    /// Additional weight of each further class with the word, as a share.
    pub(crate) further_class: f32,
    /// Additional weight of each further occurrence, as a share; up to six count.
    pub(crate) repetition: f32,
    /// Influence of the length of the texts, 0 to 1.
    pub(crate) length: f32,
    /// Weight of words with the same stem.
    pub(crate) stem: f32,
    /// Weight of words with the same root, such as the noun of a verb.
    pub(crate) root: f32,
    /// Weight of longer words that contain the typed word.
    pub(crate) compound: f32,
    /// Weight of corrected spellings.
    pub(crate) correction: f32,
    /// Weight of all components of a typed compound together.
    pub(crate) components: f32,
    /// Weight of one component of a typed compound.
    pub(crate) component: f32,
    /// Weight of synonyms.
    pub(crate) synonym: f32,
    /// Factor of terms that are related to a term of which only one word was typed.
    pub(crate) partial: f32,
    /// Weight of narrower terms for a typed broader term.
    pub(crate) narrower: f32,
    /// Weight of broader terms for a typed narrower term.
    pub(crate) broader: f32,
    /// Weight of the municipalities of a region.
    pub(crate) region: f32,
    /// Weight of entries in a federal state.
    pub(crate) state: f32,
    /// Importance of words that describe the request instead of its subject.
    pub(crate) filler: f32,
    /// Importance of words without any match, as a share of the largest rarity.
    pub(crate) unknown: f32,
    /// Exponent of the share of the query that an entry covers.
    pub(crate) coverage: f32,
    /// Smallest covered share of entries in the tier `SomeWords`.
    pub(crate) some_words: f32,
    /// Smallest score of shown entries, as a share of the largest possible score.
    pub(crate) floor: f32,
    /// Smallest similarity of spellings in the second ranking.
    pub(crate) similarity: f32,
    /// Weight of the second ranking.
    pub(crate) ngrams: f32,
    /// Additional score of entries whose title is the query, as a share.
    pub(crate) title: f32,
    /// Additional score of entries with the largest prior, as a share.
    pub(crate) prior: f32,
    /// Score of municipalities in searches across resources, as a share, unless the query is a name.
    pub(crate) municipality: f32,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            classes: [1.0, 0.6, 0.65, 0.35],
            further_class: 0.12,
            repetition: 0.05,
            length: 0.12,
            stem: 0.92,
            root: 0.75,
            compound: 0.65,
            correction: 0.85,
            components: 0.8,
            component: 0.3,
            synonym: 0.7,
            partial: 0.6,
            narrower: 0.45,
            broader: 0.25,
            region: 0.6,
            state: 0.8,
            filler: 0.3,
            unknown: 1.0,
            coverage: 0.8,
            some_words: 0.55,
            floor: 0.02,
            similarity: 0.45,
            ngrams: 0.25,
            title: 1.0,
            prior: 0.2,
            municipality: 0.25,
        }
    }
}
