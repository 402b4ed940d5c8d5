//! Values in the sentences of rules and errors, such as lists, numbers and formats, written in German or English.

use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::base::language::{Language, Localized};

/// A value that can be inserted into the sentence of a rule or error.
pub(super) trait Phrase {
    /// Returns the text of the value in a language.
    fn phrase(&self, language: Language) -> String;
}

impl Phrase for String {
    fn phrase(&self, _language: Language) -> String {
        self.clone()
    }
}

impl Phrase for Vec<String> {
    fn phrase(&self, language: Language) -> String {
        match (self.as_slice(), language) {
            ([], Language::English) => "none".to_owned(),
            ([], Language::German) => "keine".to_owned(),
            (values, _) => values.join(", "),
        }
    }
}

/// A character of a text, and its position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CharacterAt {
    /// Code point, such as `U+202E`.
    pub character: String,
    /// Number of the character in the text, from 1.
    pub position: usize,
}

impl CharacterAt {
    /// Returns a character at a position, counted from 1.
    pub(crate) fn new(letter: char, position: usize) -> Self {
        Self { character: format!("U+{:04X}", u32::from(letter)), position }
    }
}

impl Phrase for Vec<CharacterAt> {
    fn phrase(&self, language: Language) -> String {
        let place = Localized { english: "at position", german: "an Position" }.in_language(language);
        let one = |at: &CharacterAt| format!("{} {place} {}", at.character, at.position.phrase(language));
        self.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

impl Phrase for Number {
    fn phrase(&self, language: Language) -> String {
        let text = match self.as_f64() {
            // Bounds of floating-point members are mostly whole numbers.
            Some(number) if self.is_f64() && number.fract() == 0.0 => format!("{number:.0}"),
            _ => self.to_string(),
        };
        let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let (group, point) = if language == Language::German { ('.', ",") } else { (',', ".") };
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                grouped.push(group);
            }
            grouped.push(digit);
        }
        let fraction = if fraction.is_empty() { String::new() } else { format!("{point}{fraction}") };
        format!("{sign}{grouped}{fraction}")
    }
}

impl Phrase for usize {
    fn phrase(&self, language: Language) -> String {
        Number::from(*self).phrase(language)
    }
}

impl Phrase for i64 {
    fn phrase(&self, _language: Language) -> String {
        // Revisions and years have no separators.
        self.to_string()
    }
}

macro_rules! phrases {
    ($(#[doc = $about:literal])+ $name:ident { $($(#[doc = $doc:literal])+ $variant:ident $english:literal $german:literal;)+ }) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[doc = $doc])+ $variant),+ }

        impl Phrase for $name {
            fn phrase(&self, language: Language) -> String {
                let text = match self { $(Self::$variant => Localized { english: $english, german: $german }),+ };
                text.in_language(language).to_owned()
            }
        }
    };
}

phrases! {
    /// Type of a JSON value.
    JsonType {
        /// Text.
        String "a string" "eine Zeichenkette";
        /// Whole number.
        Integer "an integer" "eine ganze Zahl";
        /// Number.
        Number "a number" "eine Zahl";
        /// True or false.
        Boolean "true or false" "true oder false";
        /// List.
        Array "an array" "ein Array";
        /// Object.
        Object "an object" "ein Objekt";
    }
}

phrases! {
    /// Format of a string.
    StringFormat {
        /// Slug of an entry.
        Slug "2 to 100 lowercase letters and digits in words joined by single hyphens, and neither digits alone nor a UUID"
            "2 bis 100 Kleinbuchstaben und Ziffern in Wörtern mit einzelnen Bindestrichen dazwischen, und weder nur Ziffern noch eine UUID";
        /// UUID.
        Uuid "a UUID" "eine UUID";
        /// Absolute URL with http or https.
        Url "a URL that begins with https:// or http://, of up to 2,000 characters"
            "eine URL, die mit https:// oder http:// beginnt, mit höchstens 2.000 Zeichen";
        /// Absolute URL with https.
        HttpsUrl "a URL that begins with https://" "eine URL, die mit https:// beginnt";
        /// E-mail address.
        Email "an e-mail address" "eine E-Mail-Adresse";
        /// Full date (RFC 3339).
        Date "a date such as 2024-10-05" "ein Datum wie 2024-10-05";
        /// Date with a year, a month or a day.
        PartialDate "a date such as 2023, 2024-10 or 2024-10-05" "ein Datum wie 2023, 2024-10 oder 2024-10-05";
        /// Date and time with an offset (RFC 3339).
        DateTime "a time with its offset such as 2024-10-05T09:30:00+02:00" "ein Zeitpunkt mit Zeitabstand zu UTC wie 2024-10-05T09:30:00+02:00";
        /// Date and time, or a date, in a query parameter.
        Timestamp "a time such as 2026-01-31T12:00:00Z, or a date such as 2026-01-31" "ein Zeitpunkt wie 2026-01-31T12:00:00Z oder ein Datum wie 2026-01-31";
        /// Time zone of the IANA database.
        TimeZone "a time zone of the IANA database such as Europe/Berlin" "eine Zeitzone der IANA-Datenbank wie Europe/Berlin";
        /// Language (ISO 639-1).
        Language "a language code of two lowercase letters (ISO 639-1), such as de" "ein Sprachcode aus zwei Kleinbuchstaben (ISO 639-1) wie de";
        /// Country (ISO 3166-1), `EU` or `INT`.
        Country "a country code of two capital letters (ISO 3166-1), EU or INT" "ein Ländercode aus zwei Großbuchstaben (ISO 3166-1), EU oder INT";
        /// Digital object identifier.
        Doi "a DOI such as 10.1000/182, without https://doi.org/" "eine DOI wie 10.1000/182, ohne https://doi.org/";
        /// SPDX licence expression.
        Licence "an SPDX licence expression, such as EUPL-1.2 or MIT OR Apache-2.0" "ein SPDX-Lizenzausdruck wie EUPL-1.2 oder MIT OR Apache-2.0";
        /// JSON pointer (RFC 6901).
        JsonPointer "a JSON pointer such as /costs" "ein JSON-Pointer wie /costs";
        /// Start of an official municipality key.
        AgsPrefix "the first 1 to 9 digits of an official key, such as 08335" "die ersten 1 bis 9 Ziffern eines amtlichen Schlüssels wie 08335";
        /// Bounding box (RFC 7946).
        Bbox "four numbers: west,south,east,north in degrees, with west and south below east and north" "vier Zahlen: West,Süd,Ost,Nord in Grad, West und Süd kleiner als Ost und Nord";
        /// Point in a query parameter.
        Point "a longitude and a latitude in degrees, such as 9.99,48.40" "eine Länge und eine Breite in Grad wie 9.99,48.40";
        /// Subject of a token.
        Subject "1 to 100 letters, digits and characters of ._-@:+/ without accents or spaces" "1 bis 100 Buchstaben, Ziffern und Zeichen aus ._-@:+/ ohne Umlaute und Leerzeichen";
        /// Entity tag, or `*`.
        EntityTag "an ETag with its quotation marks, or *" "ein ETag mit seinen Anführungszeichen, oder *";
        /// `Idempotency-Key`.
        IdempotencyKey "a single value of 1 to 255 visible ASCII characters except quotation marks, such as a UUID" "ein einzelner Wert aus 1 bis 255 sichtbaren ASCII-Zeichen außer Anführungszeichen, etwa eine UUID";
        /// `Last-Event-ID`.
        EventId "the id of an event of this feed, a whole number" "die id eines Ereignisses dieses Feeds, eine ganze Zahl";
    }
}

phrases! {
    /// Content that Markdown must not have. The text is the remedy.
    MarkdownFault {
        /// HTML, or text that looks like HTML.
        Html "write &lt; for <, use quotation marks, or put it in backticks"
            "schreiben Sie &lt; statt <, verwenden Sie Anführungszeichen, oder setzen Sie es in Backticks";
        /// Image.
        Image "link to the image instead" "verlinken Sie stattdessen auf das Bild";
        /// Link with another scheme.
        Link "use another address, or omit the link" "verwenden Sie eine andere Adresse, oder lassen Sie den Link weg";
        /// Link with a malformed URL.
        LinkUrl "correct the URL, and percent-encode characters that URLs do not allow"
            "korrigieren Sie die URL, und kodieren Sie Zeichen, die in URLs nicht erlaubt sind";
        /// Link with a user name or a password.
        LinkCredentials "remove the user name and the password from the URL" "entfernen Sie Benutzernamen und Passwort aus der URL";
        /// Link to a private or local address.
        LinkPrivateAddress "link to a public address, or omit the link"
            "verlinken Sie auf eine öffentliche Adresse, oder lassen Sie den Link weg";
    }
}

phrases! {
    /// Fault of a URL.
    UrlFault {
        /// Broken percent-encoding.
        Escape "an invalid percent-encoding; encode a percent sign as %25" "eine ungültige Prozentkodierung; kodieren Sie ein Prozentzeichen als %25";
        /// Bytes that are not UTF-8.
        Utf8 "bytes that are not UTF-8" "Bytes, die nicht UTF-8 sind";
        /// NUL.
        Nul "a NUL character" "ein NUL-Zeichen";
    }
}

phrases! {
    /// Items whose number is limited.
    Quota {
        /// Comments on a submission.
        Comments "comments on this submission" "Kommentare zu dieser Einreichung";
        /// Drafts of a subject.
        Drafts "drafts of this subject" "Entwürfe dieses Subjects";
        /// Webhooks of a subject.
        Webhooks "webhooks" "Webhooks";
    }
}

phrases! {
    /// Requests whose number per hour is limited.
    RateLimit {
        /// Reads other than searches and exports.
        Reads "reads" "Lesezugriffe";
        /// Reads with a search text.
        Searches "searches" "Suchen";
        /// Lists that are sent as a whole.
        Exports "exports of lists" "Abrufe ganzer Listen";
        /// Writes.
        Writes "writes" "Schreibzugriffe";
    }
}

impl Quota {
    /// Returns the maximum number of items.
    pub const fn max(self) -> u64 {
        match self {
            Self::Comments | Self::Drafts => 500,
            Self::Webhooks => 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_format_follows_the_language() {
        for (number, english, german) in
            [("3", "3", "3"), ("20000", "20,000", "20.000"), ("-180.0", "-180", "-180"), ("0.5", "0.5", "0,5")]
        {
            let number: Number = serde_json::from_str(number).unwrap();
            assert_eq!(number.phrase(Language::English), english);
            assert_eq!(number.phrase(Language::German), german);
        }
    }
}
