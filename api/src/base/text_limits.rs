//! Length limits of texts. The schemas of the OpenAPI document and the validation use the same values.

use serde::Deserialize;
use utoipa::ToSchema;

macro_rules! texts {
    ($($about:tt $type:ident $limit:ident $most:tt;)+) => {
        $(
            /// Largest number of characters of the text in each language.
            pub(crate) const $limit: usize = $most;

            #[doc = $about]
            #[derive(Deserialize, ToSchema)]
            #[serde(deny_unknown_fields)]
            #[expect(dead_code, reason = "only its schema is used; values are a `Text`")]
            pub(crate) struct $type {
                /// German text. White space at its ends is removed; it is stored in Unicode Normalisation Form C.
                #[schema(example = "Mobilität und Verkehr", min_length = 1, max_length = $most)]
                de: String,
                /// English text, stored in the same form. Omitted when there is none.
                #[schema(example = "Mobility and transport", min_length = 1, max_length = $most, nullable = false)]
                en: Option<String>,
            }
        )+
    };
}

texts! {
    "Text of up to 200 characters in German, with an optional English version" ShortText SHORT 200;
    "Text of up to 500 characters in German, with an optional English version" SummaryText SUMMARY 500;
    "Text of up to 20,000 characters in German, with an optional English version" LongText LONG 20_000;
}
