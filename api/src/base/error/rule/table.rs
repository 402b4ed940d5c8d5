//! Table of all rules.

use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::ToSchema;

use super::RuleText;
use crate::base::error::phrase::{CharacterAt, JsonType, MarkdownFault, Phrase, StringFormat};
use crate::base::language::{Language, Localized};

rules! {
    /// A required member is missing.
    Missing {} "is missing and must be present" "fehlt und muss angegeben werden";
    /// The member is not defined here.
    UnknownMember { field: String, allowed: Vec<String> }
        "is not allowed here; members allowed here: {allowed}"
        "ist hier nicht zulässig; hier zulässige Felder: {allowed}";
    /// The member occurs more than once in an object.
    DuplicateMember { field: String }
        "occurs more than once in its object; send each member once"
        "kommt in seinem Objekt mehrfach vor; jedes Feld darf nur einmal vorkommen";
    /// Null in place of an absent member.
    NullValue {} "must not be null; omit members without a value" "darf nicht null sein; Felder ohne Wert werden weggelassen";
    /// The value has another JSON type.
    Type { expected: JsonType } "must be {expected}" "muss {expected} sein";
    /// The body is not valid JSON.
    JsonSyntax { reason: String } "is not valid JSON: {reason}" "ist kein gültiges JSON";
    /// The value is not in the closed list.
    UnknownValue { value: String, allowed: Vec<String> }
        "`{value}` is not allowed; use one of: {allowed}"
        "`{value}` ist nicht zulässig; zulässig sind: {allowed}";
    /// The string has another format.
    Format { expected: StringFormat } "must be {expected}" "muss folgendes Format haben: {expected}";
    /// The connection ended before the whole body arrived.
    IncompleteBody {} "is incomplete" "ist unvollständig";
    /// The value cannot be read for another reason.
    Unreadable { reason: String } "cannot be read: {reason}" "kann nicht gelesen werden";
    /// The text is too short or too long.
    Length { min: usize, max: usize, actual: usize }
        "must have {min} to {max} characters and has {actual}"
        "muss {min} bis {max} Zeichen haben und hat {actual}";
    /// The text has no visible character.
    NoVisibleCharacters { characters: Vec<CharacterAt> }
        "must have a visible character and has only invisible ones: {characters}"
        "muss ein sichtbares Zeichen enthalten und enthält nur unsichtbare: {characters}";
    /// The text contains control characters, or characters that XML does not allow. A text of one line contains a line break.
    ControlCharacters { characters: Vec<CharacterAt> }
        "must not contain control characters; remove or replace {characters}"
        "darf keine Steuerzeichen enthalten; entfernen oder ersetzen Sie {characters}";
    /// The text contains characters that control the direction or the layout of text.
    FormatCharacters { characters: Vec<CharacterAt> }
        "must not contain characters that control the direction or the layout of text; remove {characters}"
        "darf keine Zeichen enthalten, die Richtung oder Anordnung von Text steuern; entfernen Sie {characters}";
    /// An address or identifier contains invisible characters.
    InvisibleCharacters { characters: Vec<CharacterAt> }
        "must not contain invisible characters; remove {characters}"
        "darf keine unsichtbaren Zeichen enthalten; entfernen Sie {characters}";
    /// The text of one line contains HTML.
    Html { tags: Vec<String> }
        "must not contain HTML; omit the angle brackets or use quotation marks: {tags}"
        "darf kein HTML enthalten; lassen Sie die spitzen Klammern weg, oder verwenden Sie Anführungszeichen: {tags}";
    /// The Markdown contains HTML, images, links with another scheme, or links with an invalid URL.
    Markdown { fault: MarkdownFault, found: Vec<String> }
        "must be plain text or Markdown (CommonMark) without HTML and images, with links to http, https or mailto; {fault}: {found}"
        "muss einfacher Text oder Markdown (CommonMark) ohne HTML und Bilder sein, mit Links auf http, https oder mailto; {fault}: {found}";
    /// The number is outside its range.
    Range { min: Number, max: Number } "must be from {min} to {max}" "muss zwischen {min} und {max} liegen";
    /// The number is below the minimum.
    Minimum { min: Number } "must be at least {min}" "muss mindestens {min} sein";
    /// The number is outside a range whose lower bound is excluded.
    ExclusiveRange { above: Number, max: Number }
        "must be greater than {above} and at most {max}"
        "muss größer als {above} und höchstens {max} sein";
    /// The list has too few or too many items.
    Items { min: usize, max: usize } "must have {min} to {max} items" "muss {min} bis {max} Einträge haben";
    /// An item of the list occurs twice.
    DuplicateItems {} "must not contain an item twice" "darf keinen Eintrag doppelt enthalten";
    /// The entry, as compact JSON, is too large.
    Bytes { bytes: usize, max: usize }
        "has {bytes} bytes as compact JSON in UTF-8, and may have {max}; shorten its texts"
        "hat {bytes} Bytes als kompaktes JSON in UTF-8 und darf {max} haben; kürzen Sie die Texte";
    /// The date is in the future.
    FutureDate {} "must not be in the future" "darf nicht in der Zukunft liegen";
    /// The end is before the start.
    EndBeforeStart { start: String, end: String }
        "`{end}` must not be before `{start}`"
        "`{end}` darf nicht vor `{start}` liegen";
    /// The minimum is above the maximum.
    MinAboveMax { min: String, max: String }
        "`{min}` must not be greater than `{max}`"
        "`{min}` darf nicht größer als `{max}` sein";
    /// Members that belong together are not all present.
    Together { fields: Vec<String> }
        "must have all of these members, or none: {fields}"
        "muss entweder alle diese Felder enthalten oder keines: {fields}";
    /// None of several members is present.
    OneRequired { fields: Vec<String> }
        "must have at least one of these members: {fields}"
        "muss mindestens eines dieser Felder enthalten: {fields}";
    /// Not exactly one of several members is present.
    ExactlyOne { fields: Vec<String> }
        "must have exactly one of these members: {fields}"
        "muss genau eines dieser Felder enthalten: {fields}";
    /// A member requires another member.
    Requires { field: String, other: String }
        "`{field}` requires `{other}`"
        "`{field}` setzt `{other}` voraus";
    /// A member requires another member to have a value.
    RequiresValue { field: String, other: String, value: String }
        "`{field}` requires `{other}` to be `{value}`"
        "`{field}` setzt voraus, dass `{other}` den Wert `{value}` hat";
    /// A value of a member requires this member.
    RequiredWith { other: String, value: String }
        "must be present where `{other}` is `{value}`"
        "muss angegeben werden, wenn `{other}` den Wert `{value}` hat";
    /// A value of a member excludes this member.
    ExcludedWith { other: String, value: String }
        "must be omitted where `{other}` is `{value}`"
        "muss weggelassen werden, wenn `{other}` den Wert `{value}` hat";
    /// The member must have one value.
    Equal { value: String } "must be `{value}`" "muss `{value}` sein";
    /// The day does not match the point in time.
    DayOfTime { day: String, time: String, zone: String }
        "`{day}` must be the day of `{time}` in `{zone}`"
        "`{day}` muss der Tag von `{time}` in `{zone}` sein";
    /// The official key does not have the number of digits of the kind.
    AgsDigits { digits: usize, kind: String }
        "`ags` must have {digits} digits where `kind` is `{kind}`"
        "`ags` muss {digits} Ziffern haben, wenn `kind` den Wert `{kind}` hat";
    /// The official key does not begin with the digits of the federal state.
    AgsState { digits: String, state: String }
        "`ags` must begin with {digits} where `federal_state` is `{state}`"
        "`ags` muss mit {digits} beginnen, wenn `federal_state` den Wert `{state}` hat";
    /// The members of a project are not different municipalities with exactly one lead.
    OneLead { max: usize }
        "must be 1 to {max} different municipalities, exactly one of them with the role `lead`"
        "muss 1 bis {max} verschiedene Kommunen enthalten, genau eine davon mit der Rolle `lead`";
    /// The partners of a learning partnership are not all named.
    PartnerNames {} "each of `partners` must have a `name`" "jeder Eintrag von `partners` muss einen `name` haben";
    /// No entry has this key.
    UnknownEntry { value: String, resource: String }
        "`{value}` does not identify an entry of /v1/{resource}"
        "`{value}` ist kein Eintrag von /v1/{resource}";
    /// The official key is no longer in the register.
    RetiredKey { value: String, name: String, as_of: String }
        "`{value}` ({name}) is not in the register of {as_of} and has no single successor; look up the entry that covers the area today"
        "`{value}` ({name}) ist nicht im Verzeichnis mit Stand {as_of} und hat keinen eindeutigen Nachfolger; suchen Sie den Eintrag, der das Gebiet heute umfasst";
    /// The entry refers to itself.
    SelfReference { value: String } "`{value}` is the entry itself" "`{value}` ist der Eintrag selbst";
    /// The list refers to an entry twice, possibly by different keys.
    DuplicateReference { value: String }
        "`{value}` is in the list already, by this key or another"
        "`{value}` steht bereits in der Liste, unter diesem oder einem anderen Schlüssel";
    /// Another entry has this value.
    Taken { value: String }
        "`{value}` is taken; choose another value, or change the entry that has it"
        "`{value}` ist vergeben; wählen Sie einen anderen Wert, oder ändern Sie den Eintrag, der ihn hat";
    /// Another item of the same request has this value.
    TakenInBatch { value: String, index: usize }
        "`{value}` is also the value of the item at /{index}"
        "`{value}` ist auch der Wert des Elements unter /{index}";
    /// Pages with more entries need a selection of members.
    LimitWithoutFields { max: i64 } "must be at most {max} without `fields`" "darf ohne `fields` höchstens {max} sein";
    /// The parameter is not defined for this operation.
    UnknownParameter { field: String, allowed: Vec<String> }
        "is not a parameter of this operation; its parameters: {allowed}"
        "ist kein Parameter dieser Operation; ihre Parameter: {allowed}";
    /// The parameter occurs more than once.
    RepeatedParameter {} "may be given only once" "darf nur einmal angegeben werden";
    /// The sort order requires another parameter.
    OrderRequires { value: String, other: String }
        "`{value}` requires `{other}`; add `{other}`, or choose another order"
        "`{value}` setzt `{other}` voraus; geben Sie `{other}` an, oder wählen Sie eine andere Sortierung";
    /// The point is outside Germany.
    OutsideGermany { value: String, west: Number, east: Number, south: Number, north: Number }
        "`{value}` is outside Germany; give longitude,latitude, with a longitude from {west} to {east} and a latitude from {south} to {north}"
        "`{value}` liegt nicht in Deutschland; geben Sie Länge,Breite an, mit einer Länge von {west} bis {east} und einer Breite von {south} bis {north}";
    /// The point or bounding box is outside Germany, and inside with its coordinates in the other order.
    CoordinateOrder { value: String, suggestion: String }
        "`{value}` is outside Germany; the order is longitude,latitude: did you mean `{suggestion}`?"
        "`{value}` liegt nicht in Deutschland; die Reihenfolge ist Länge,Breite: meinten Sie `{suggestion}`?";
    /// The path of the request determines the parameter.
    GivenByPath {}
        "is determined by the path; use the list of the resource to filter by other values"
        "ist durch den Pfad bestimmt; für andere Werte filtern Sie die Liste der Ressource";
    /// The cursor is not one of this service.
    Cursor {} "is not a `next` of this service; start without it" "ist kein `next` dieses Dienstes; beginnen Sie ohne Cursor";
    /// The cursor belongs to a list with other filters or another order.
    CursorOfOtherQuery {}
        "belongs to a list with other parameters; keep filters and order while paging, or start without it"
        "gehört zu einer Liste mit anderen Parametern; behalten Sie Filter und Sortierung beim Blättern bei, oder beginnen Sie ohne Cursor";
    /// The operation takes no body.
    NoBody {} "must be omitted: this operation takes no body, or an empty object" "muss weggelassen werden: diese Operation nimmt keinen Inhalt oder ein leeres Objekt";
    /// The response contains a secret, which is not stored for repetition.
    NotRepeatable {}
        "must be omitted: the response contains a secret, which is not stored"
        "muss weggelassen werden: die Antwort enthält ein Geheimnis, das nicht gespeichert wird";
    /// The resource accepts no submissions.
    NotSubmittable { value: String, allowed: Vec<String> }
        "`{value}` cannot be submitted; use one of: {allowed}"
        "`{value}` kann nicht eingereicht werden; zulässig sind: {allowed}";
    /// A reviewer who requests changes or rejects gives no reason.
    ReasonRequired {} "must give the reason for this step" "muss den Grund dieses Schritts nennen";
    /// The comment refers to a member that the content does not have.
    NoMemberAtPointer { value: String }
        "`{value}` is not a member of the content; /v1/submissions/form lists its members"
        "`{value}` ist kein Feld des Inhalts; /v1/submissions/form nennt seine Felder";
    /// The content is based on a revision although nothing is published.
    NothingPublished {} "must be omitted: nothing is published yet" "muss weggelassen werden: es ist noch nichts veröffentlicht";
    /// The published entry of a submission was deleted.
    EntryDeleted {}
        "the published entry was deleted; withdraw the submission"
        "der veröffentlichte Eintrag wurde gelöscht; ziehen Sie die Einreichung zurück";
    /// The published entry changed after the withdrawal was submitted.
    EntryChanged {}
        "the published entry was changed after the withdrawal was submitted; submit the withdrawal again"
        "der veröffentlichte Eintrag wurde nach der Einreichung des Rückzugs geändert; reichen Sie den Rückzug erneut ein";
    /// Both the submission and the published entry changed the member.
    ChangedOnBothSides { revision: i64 }
        "was changed in the published entry too; compare the two, and send the member again with `based_on` {revision}"
        "wurde auch im veröffentlichten Eintrag geändert; vergleichen Sie beide, und senden Sie das Feld erneut mit `based_on` {revision}";
    /// Another entry refers to the entry to be withdrawn.
    ReferencedBy { href: String }
        "{href} refers to the entry; a reviewer has to change or delete that reference before the withdrawal"
        "{href} verweist auf den Eintrag; vor dem Rückzug muss eine prüfende Person diesen Verweis ändern oder löschen";
    /// More entries refer to the entry to be withdrawn than are listed.
    MoreReferences { count: usize }
        "{count} more entries refer to the entry; a reviewer has to change or delete these references before the withdrawal"
        "{count} weitere Einträge verweisen auf den Eintrag; vor dem Rückzug muss eine prüfende Person diese Verweise ändern oder löschen";
    /// None of the municipalities of the token is responsible for the entry.
    OwnMunicipality { allowed: Vec<String> }
        "must name a municipality of the token: {allowed}"
        "muss eine Kommune des Tokens nennen: {allowed}";
    /// The reviewer is an author of the submission.
    ReviewerIsAuthor {}
        "is an author of the submission and cannot review it; assign another person"
        "gehört zu den Verfassern der Einreichung und kann sie nicht prüfen; weisen Sie sie einer anderen Person zu";
    /// The subject has no token for reviews.
    NoReviewer {}
        "must be the subject of a valid token with `submissions:review` that is not bound to municipalities"
        "muss das Subject eines gültigen Tokens mit `submissions:review` sein, das nicht an Kommunen gebunden ist";
    /// The token would have neither a role nor scopes.
    RoleOrScopes {} "must have a `role` or `scopes`" "muss eine `role` oder `scopes` enthalten";
    /// A token bound to municipalities cannot use the role or scope.
    UnboundOnly { value: String }
        "must be omitted: `{value}` requires a token that is not bound to municipalities; issue another token for them"
        "muss weggelassen werden: `{value}` setzt ein Token voraus, das nicht an Kommunen gebunden ist; stellen Sie für sie ein weiteres Token aus";
    /// The webhook would receive no messages.
    NoMessages {}
        "must be true where `submissions` is false, because the webhook would receive no messages"
        "muss true sein, wenn `submissions` false ist, weil der Webhook sonst keine Nachrichten erhielte";
    /// The URL contains a user, a password or a fragment.
    UrlParts {} "must have neither a user, nor a password, nor a fragment" "darf weder Benutzer noch Passwort noch Fragment enthalten";
    /// The URL contains a user name or a password.
    UrlCredentials {} "must have neither a user name nor a password" "darf weder Benutzernamen noch Passwort enthalten";
    /// The URL contains white space.
    UrlSpaces { characters: Vec<CharacterAt> }
        "must not contain white space; remove or percent-encode {characters}"
        "darf keinen Leerraum enthalten; entfernen oder kodieren Sie {characters}";
    /// The URL contains characters that must be percent-encoded.
    UrlCharacters { characters: Vec<CharacterAt> }
        "must not contain characters that URLs do not allow; remove or percent-encode {characters}"
        "darf keine Zeichen enthalten, die in URLs nicht erlaubt sind; entfernen oder kodieren Sie {characters}";
    /// The URL or the e-mail address leads to a private or local address.
    PrivateAddress { host: String }
        "must lead to a public address; {host} is a private or local one"
        "muss zu einer öffentlichen Adresse führen; {host} ist eine private oder lokale";
}
