//! iCalendar (RFC 5545): events for anybody's calendar.

use ics::properties::{RRule, TzName};
use ics::{Daylight, Standard, TimeZone};

use super::record::Record;

/// What stands before the events: whose calendar it is, and the time zone its hours hold in, by the rule of the European
/// Union since 1996.
pub(crate) fn begin() -> String {
    let mut summer = Daylight::new("19960331T020000", "+0100", "+0200");
    summer.push(RRule::new("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"));
    summer.push(TzName::new("CEST"));
    let mut winter = Standard::new("19961027T030000", "+0200", "+0100");
    winter.push(RRule::new("FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"));
    winter.push(TzName::new("CET"));
    let mut berlin = TimeZone::daylight("Europe/Berlin", summer);
    berlin.add_standard(winter);
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Transferatlas//DE\r\nCALSCALE:GREGORIAN\r\n{berlin}")
}

/// An entry; nothing where it has no day.
pub(crate) fn event(record: &impl Record) -> String {
    record.event().map(|event| folded(&event.to_string())).unwrap_or_default()
}

/// The library's lines are one octet longer than the 75 of RFC 5545, for it does not count the space they go on with.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + text.len() / 30);
    for line in text.replace("\r\n ", "").split_inclusive("\r\n") {
        let mut length = 0;
        for letter in line.chars() {
            if length + letter.len_utf8() > 75 && !letter.is_control() {
                folded += "\r\n ";
                length = 1;
            }
            folded.push(letter);
            length += letter.len_utf8();
        }
    }
    folded
}

pub(crate) fn end() -> &'static str {
    "END:VCALENDAR\r\n"
}

/// One entry as a calendar.
pub(crate) fn calendar(record: &impl Record) -> String {
    format!("{}{}{}", begin(), event(record), end())
}
