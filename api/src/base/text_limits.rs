//! How long a text may be, as the contract says it; `validate` holds texts to the same figures.

use serde::Deserialize;
use utoipa::ToSchema;

macro_rules! texts {
    ($($about:tt $type:ident $limit:ident $most:tt;)+) => {
        $(
            pub(crate) const $limit: usize = $most;

            #[doc = $about]
            #[derive(Deserialize, ToSchema)]
            #[serde(deny_unknown_fields)]
            #[expect(dead_code, reason = "only its schema is used; values are a `Text`")]
            pub(crate) struct $type {
                /// German.
                #[schema(example = "Mobilität und Verkehr", min_length = 1, max_length = $most)]
                de: String,
                /// English.
                #[schema(example = "Mobility and transport", min_length = 1, max_length = $most, nullable = false)]
                en: Option<String>,
            }
        )+
    };
}

texts! {
    "A text like a name, of up to 200 characters: German always, English where there is one" ShortText SHORT 200;
    "A text of up to 500 characters: German always, English where there is one" SummaryText SUMMARY 500;
    "A text of up to 20,000 characters: German always, English where there is one" LongText LONG 20_000;
}
