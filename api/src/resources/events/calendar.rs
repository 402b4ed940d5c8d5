//! Events in the iCalendar format.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, TimeZone, Utc};
use chrono_tz::Europe::Berlin;
use entity::vocabulary::EventStatus;
use ics::parameters::{TzIDParam, Value};
use ics::properties::{Categories, Created, Description, Geo, LastModified, Location, Status, Summary};
use ics::{Event as Entry, components::Property, escape_text};

use super::dto::Event;

/// Format of a time in UTC.
const UTC: &str = "%Y%m%dT%H%M%SZ";

/// Returns the calendar entry of an event, or `None` when its date is unknown or partial. iCalendar has no partial dates: an
/// entry that covers a month would mean that the event lasts a month.
pub(super) fn event(event: &Event) -> Option<Entry<'_>> {
    let stamp = |time: DateTime<Utc>| time.format(UTC).to_string();
    let mut entry = Entry::new(event.id.to_string(), stamp(event.updated_at));
    entry.push(Created::new(stamp(event.created_at)));
    entry.push(LastModified::new(stamp(event.updated_at)));
    times(event)?.into_iter().for_each(|time| entry.push(time));
    entry.push(match event.status {
        EventStatus::Planned => Status::tentative(),
        EventStatus::Confirmed | EventStatus::Held => Status::confirmed(),
        EventStatus::Cancelled => Status::cancelled(),
    });
    entry.push(Summary::new(escape_text(&event.title.de)));
    entry.push(Description::new(escape_text(&event.summary.de)));
    let place: Vec<&str> =
        [&event.venue, &event.address, &event.city].into_iter().flatten().map(String::as_str).collect();
    if !place.is_empty() {
        entry.push(Location::new(escape_text(place.join(", "))));
    }
    if let Some(point) = event.location {
        entry.push(Geo::new(format!("{};{}", point.lat, point.lon)));
    }
    if !event.themes.is_empty() {
        let themes: Vec<_> = event.themes.iter().map(|theme| escape_text(&theme.title.de)).collect();
        entry.push(Categories::new(themes.join(",")));
    }
    Some(entry)
}

/// Returns the start and end properties. The entry covers whole days when the start time is unknown, or when the event
/// ends on another day at an unknown time.
fn times(event: &Event) -> Option<Vec<Property<'static>>> {
    let ends_later = event.ends_at.is_none() && event.ends_on.is_some() && event.ends_on != event.starts_on;
    if let Some(starts_at) = event.starts_at.filter(|_| !ends_later) {
        let ends = event.ends_at.filter(|ends_at| *ends_at > starts_at).map(|ends_at| hour("DTEND", event, ends_at));
        return Some([hour("DTSTART", event, starts_at)].into_iter().chain(ends).collect());
    }
    let starts_on = event.starts_on.as_ref()?;
    let last = event.ends_on.as_ref().unwrap_or(starts_on).day()?;
    // The end of a span of whole days is exclusive (RFC 5545).
    let over = last.checked_add_days(Days::new(1))?;
    Some(vec![day("DTSTART", starts_on.day()?), day("DTEND", over)])
}

/// Returns a time in the time zone that the calendar defines (Europe/Berlin). Uses UTC for events in other time zones, and
/// for the hour that is repeated at the end of summer time, because a local time in it means the first of the two hours.
fn hour(name: &'static str, event: &Event, time: DateTime<FixedOffset>) -> Property<'static> {
    let local = time.naive_local();
    let is_first = Berlin.from_local_datetime(&local).earliest().is_some_and(|first| first == time);
    if event.time_zone == Some(Berlin) && is_first {
        let mut property = Property::new(name, local.format("%Y%m%dT%H%M%S").to_string());
        property.add(TzIDParam::new(Berlin.name()));
        property
    } else {
        Property::new(name, time.to_utc().format(UTC).to_string())
    }
}

fn day(name: &'static str, day: NaiveDate) -> Property<'static> {
    let mut property = Property::new(name, day.format("%Y%m%d").to_string());
    property.add(Value::DATE);
    property
}
