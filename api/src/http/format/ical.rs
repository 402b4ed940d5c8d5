//! iCalendar representation of events (RFC 5545).

use ics::properties::{RRule, TzName, URL};
use ics::{Daylight, Standard, TimeZone, escape_text};
use url::Url;

use super::record::Record;
use crate::base::public_url::absolute;

/// Returns the head of a calendar, with the time zone `Europe/Berlin` by the European Union's rule since 1996.
pub(crate) fn begin(name: &str) -> String {
    let mut summer = Daylight::new("19960331T020000", "+0100", "+0200");
    summer.push(RRule::new("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"));
    summer.push(TzName::new("CEST"));
    let mut winter = Standard::new("19961027T030000", "+0200", "+0100");
    winter.push(RRule::new("FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"));
    winter.push(TzName::new("CET"));
    let mut berlin = TimeZone::daylight("Europe/Berlin", summer);
    berlin.add_standard(winter);
    // `NAME` is defined in RFC 7986. Most programs read only `X-WR-CALNAME`.
    let name = escape_text(name);
    let names = folded(&format!("NAME:{name}\r\nX-WR-CALNAME:{name}\r\n"));
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Transferatlas//DE\r\nCALSCALE:GREGORIAN\r\n{names}{berlin}")
}

/// Returns the event of an entry. Empty if the entry has no full date.
pub(crate) fn event(record: &impl Record) -> String {
    let Some((mut event, item)) = record.event().zip(record.item()) else { return String::new() };
    let page = item.page.unwrap_or_else(|| absolute(&item.href));
    // A URL of an entry may contain umlauts, and URLs in a calendar must be ASCII.
    event.push(URL::new(Url::parse(&page).map_or(page, String::from)));
    folded(&event.to_string())
}

/// Folds lines at 75 octets (RFC 5545, 3.1). The lines of the library are one octet too long: it does not count the
/// space that begins a continuation line.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + text.len() / 30);
    for line in text.replace("\r\n ", "").split_inclusive("\r\n") {
        let mut length = 0;
        for letter in line.chars() {
            if length + letter.len_utf8() > 75 && !matches!(letter, '\r' | '\n') {
                folded += "\r\n ";
                length = 1;
            }
            folded.push(letter);
            length += letter.len_utf8();
        }
    }
    folded
}

/// Returns the end of a calendar.
pub(crate) fn end() -> &'static str {
    "END:VCALENDAR\r\n"
}

/// Returns a calendar with one entry.
pub(crate) fn calendar<T: Record>(record: &T) -> String {
    format!("{}{}{}", begin(T::FEED), event(record), end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::property::config;

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn folded_lines_have_up_to_75_octets_and_the_same_text(text in "([A-Z]\\PC{0,100}\r\n){0,3}") {
            let lines = folded(&text);

            prop_assert!(lines.split("\r\n").all(|line| line.len() <= 75), "{}", lines);
            prop_assert_eq!(lines.replace("\r\n ", ""), text);
            prop_assert_eq!(&folded(&lines), &lines);
        }
    }
}
