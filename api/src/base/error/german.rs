//! German details of problems.

use chrono::SecondsFormat;

use super::phrase::Phrase;
use super::{EditConflict, Error, Submitter, TokenError, Violation, places};
use crate::base::language::Language::German;
use crate::base::public_url::public_path;

/// Returns the German explanation of an error. `Display` returns the English one.
#[expect(clippy::too_many_lines, reason = "a table with a line for each error")]
pub(super) fn detail(error: &Error) -> String {
    match error {
        Error::NotFound { collection, key } => format!("`{key}` ist kein Eintrag von {collection}."),
        Error::UnknownPath { nearest } => unknown_path(nearest.as_deref()),
        Error::PermanentRedirect { slug } => format!("Der Eintrag hat jetzt den Slug `{slug}`."),
        Error::Gone(time) => {
            format!("Der Eintrag wurde am {} gelöscht.", time.to_rfc3339_opts(SecondsFormat::Secs, true))
        }
        Error::KeyRetired { official, name, as_of } => format!(
            "Der amtliche Schlüssel `{official}` ({name}) ist nicht im Verzeichnis mit Stand {as_of} und hat keinen eindeutigen \
             Nachfolger. Suchen Sie den Eintrag, der das Gebiet heute umfasst."
        ),
        Error::SequenceGone { after, head } => format!(
            "Die neueste Änderung hat die `sequence` {head}, und {after} liegt danach. Lesen Sie alle Listen neu, und fahren Sie dann \
             mit `after` {head} fort."
        ),
        Error::Method { allow } => format!("Dieser Pfad unterstützt nur {allow}."),
        Error::Address(fault) => format!("Die URL enthält {}.", fault.phrase(German)),
        Error::TooLong(bytes) => format!("Die URL ist länger als {} Bytes.", bytes.phrase(German)),
        Error::NotAcceptable(offered) => {
            format!("Dieser Pfad hat die Medientypen {offered}. Nennen Sie einen davon in `Accept` oder `format`.")
        }
        Error::TooLarge(bytes) => format!("Der Inhalt ist größer als {} Bytes.", bytes.phrase(German)),
        Error::Coding => "Der Inhalt hat ein `Content-Encoding`. Senden Sie ihn unkomprimiert.".to_owned(),
        Error::Json(violation) => format!("Der Inhalt {}.", violation.rule.text(German)),
        Error::MediaType(media) => format!("Senden Sie den Inhalt als `{media}`, mit diesem `Content-Type`."),
        Error::Slow(seconds) => format!("Die Anfrage ist nicht innerhalb von {seconds} Sekunden eingetroffen."),
        Error::Malformed => "Die Anfrage ist kein gültiges HTTP/1.1. Prüfen Sie die Anfragezeile, die Form jedes Headers, `Host` sowie \
             `Content-Length` oder `Transfer-Encoding`."
            .to_owned(),
        Error::LargeHead(bytes) => {
            format!("Anfragezeile und Header sind größer als {} Bytes, oder es sind zu viele Header.", bytes.phrase(German))
        }
        Error::Unauthenticated => {
            "Die Anfrage hat kein Token. Senden Sie `Authorization: Bearer` mit einem Token.".to_owned()
        }
        Error::Refused(reason) => format!("Das Token ist ungültig: {}.", token(*reason)),
        Error::Forbidden(scope) => format!("Dem Token fehlt der Scope `{scope}`."),
        Error::Origin => "Seiten dieses Ursprungs dürfen nicht schreiben.".to_owned(),
        Error::Bound => "Die Operation setzt ein Token voraus, das nicht an Kommunen gebunden ist.".to_owned(),
        Error::NotConfirmer => "Das Token handelt für keine Kommune, die diesen Eintrag bestätigen darf.".to_owned(),
        Error::OutsideMunicipality(responsible) => outside_municipality(responsible),
        Error::NotSubmitter(submitter) => format!("Das ist nur dem Einreicher möglich: {}.", self::submitter(submitter)),
        Error::ScopeEscalation(scopes) => {
            format!("Ein Token kann nicht mit mehr Rechten ausgestellt werden, als das ausstellende hat: {scopes}.")
        }
        Error::ReadOnly => "Dieser Dienst nimmt keine Schreibzugriffe an: Er hat keine Schlüssel, um Tokens zu prüfen. Sein Betreiber erzeugt \
             sie mit `transferatlas token rotate --keys-file keys.json` und startet ihn mit `--keys-file keys.json`."
            .to_owned(),
        Error::NotIssuing => "Dieser Dienst stellt keine Tokens aus: Er hat keinen Signaturschlüssel. Sein Betreiber erzeugt einen mit \
             `transferatlas token rotate --keys-file keys.json` und startet ihn mit `--keys-file keys.json`."
            .to_owned(),
        Error::PreconditionRequired => {
            "Senden Sie `If-Match` mit dem `ETag` der Repräsentation, die gelesen wurde.".to_owned()
        }
        Error::PreconditionFailed => "Der Eintrag wurde geändert, nachdem er gelesen wurde. Lesen Sie ihn erneut, und wenden Sie die \
             Änderung auf den aktuellen Stand an."
            .to_owned(),
        Error::AlreadyExists => "Unter diesem Pfad gibt es bereits einen Eintrag. Um ihn zu ersetzen, senden Sie `If-Match` statt \
             `If-None-Match`."
            .to_owned(),
        Error::Referenced(_, 1) => {
            "1 Eintrag verweist auf diesen Eintrag. Ändern oder löschen Sie ihn zuerst.".to_owned()
        }
        Error::Referenced(_, number) => {
            format!("{number} Einträge verweisen auf diesen Eintrag. Ändern oder löschen Sie sie zuerst.")
        }
        Error::KeyReused => "Dieser `Idempotency-Key` wurde für eine andere Anfrage verwendet. Verwenden Sie für jede Anfrage einen neuen \
             Schlüssel."
            .to_owned(),
        Error::Step { stage, action } => format!(
            "Der Schritt `{action}` ist für eine Einreichung im Stand `{stage}` nicht zulässig. `actions` nennt die zulässigen \
             Schritte."
        ),
        Error::Closed(stage) => format!(
            "Der Inhalt kann nicht bearbeitet werden: Die Einreichung ist `{stage}` oder zieht einen Eintrag zurück. `actions` nennt \
             die zulässigen Schritte."
        ),
        Error::QuotaExceeded(quota) => {
            format!("Die Grenze von {} {} ist erreicht.", quota.max(), quota.phrase(German))
        }
        Error::Inactive => "Der Webhook ist inaktiv. Aktivieren Sie ihn zuerst.".to_owned(),
        Error::FourEyes => "Wer den Inhalt verfasst oder eingereicht hat, kann ihn nicht selbst prüfen. Das muss eine andere Person tun."
            .to_owned(),
        Error::EditConflict(states) => edit_conflict(states),
        Error::InFlight => "Eine Anfrage mit diesem `Idempotency-Key` wird gerade verarbeitet. Wiederholen Sie die Anfrage in einer \
             Sekunde."
            .to_owned(),
        Error::Taken(violations) if violations.is_empty() => "Ein anderer Eintrag hat diesen Wert bereits.".to_owned(),
        Error::Parameters(violations)
        | Error::Invalid(violations)
        | Error::Header(violations)
        | Error::Taken(violations) => summary(violations),
        Error::Unavailable(_) => "Die Datenbank antwortet nicht. Versuchen Sie es in einigen Sekunden erneut.".to_owned(),
        Error::TooManyConnections => "Der Dienst hat fast so viele offene Verbindungen, wie er zulässt. Versuchen Sie es in einigen \
             Sekunden erneut, oder senden Sie ein Token."
            .to_owned(),
        Error::TooManyExports => "Der Dienst sendet im Moment keine weiteren Listen als Ganzes. Versuchen Sie es in einigen Sekunden \
             erneut, oder fragen Sie die Seiten der Liste ab."
            .to_owned(),
        Error::RateLimited { limit, seconds } => {
            format!("Die Grenze für {} ist erreicht. Versuchen Sie es in {seconds} Sekunden erneut.", limit.phrase(German))
        }
        Error::ConcurrentExports(most) => format!(
            "Der Client empfängt bereits {most} Listen als Ganzes. Versuchen Sie es erneut, wenn eine davon vollständig ist, oder fragen \
             Sie die Seiten der Liste ab."
        ),
        Error::Unwritable(_) => "Die Datenbank nimmt im Moment keine Schreibzugriffe an; Lesen ist möglich. Versuchen Sie es in einigen \
             Sekunden erneut."
            .to_owned(),
        Error::NotPermitted(_) => {
            "Dieser Dienst nimmt keine Schreibzugriffe an: Seine Datenbankrolle darf nicht schreiben.".to_owned()
        }
        Error::Full(_) => "Die Datenbank hat keinen Speicherplatz mehr für Schreibzugriffe; Lesen ist möglich. Versuchen Sie es später \
             erneut."
            .to_owned(),
        Error::WithCurrent { error, .. } => detail(error),
        Error::Internal(_) => {
            "Der Dienst ist gestört. Das Protokoll enthält die Ursache unter der Anfrage-ID dieser Antwort.".to_owned()
        }
    }
}

fn unknown_path(nearest: Option<&str>) -> String {
    let nearest = nearest.map(|path| format!(" Der ähnlichste Pfad ist `{}`.", public_path(path))).unwrap_or_default();
    format!("Diesen Pfad gibt es nicht.{nearest} {} beschreibt alle Pfade.", public_path("/v1/openapi.json"))
}

fn summary(violations: &[Violation]) -> String {
    let number =
        if violations.len() == 1 { "1 Verstoß".to_owned() } else { format!("{} Verstöße", violations.len()) };
    format!("{number}: {}.", places(violations, "der gesamte Inhalt"))
}

fn edit_conflict(states: &EditConflict) -> String {
    let what = if states.conflicts.is_empty() {
        "Der veröffentlichte Eintrag hat eine neuere Revision".to_owned()
    } else {
        let members = places(&states.conflicts, "der gesamte Inhalt");
        format!("Sowohl der veröffentlichte Eintrag als auch die Einreichung haben diese Felder geändert: {members}")
    };
    format!(
        "{what}. Vergleichen Sie die drei Stände, und senden Sie die Felder erneut mit `based_on` {}. Ist die Einreichung im \
         Stand `submitted`, muss zuerst eine prüfende Person Änderungen anfordern.",
        states.revision
    )
}

fn submitter(submitter: &Submitter) -> String {
    match submitter {
        Submitter::Subject(subject) => format!("dem Subject `{subject}`"),
        Submitter::Municipalities(names) => format!("einem Token für {}", names.join(" oder ")),
    }
}

fn outside_municipality(responsible: &[String]) -> String {
    if responsible.is_empty() {
        "Das Token ist an Kommunen gebunden, und für den Eintrag ist keine Kommune zuständig.".to_owned()
    } else {
        format!("Das Token handelt nicht für alle zuständigen Kommunen; es fehlen: {}.", responsible.join(", "))
    }
}

fn token(error: TokenError) -> &'static str {
    match error {
        TokenError::Scheme => {
            "das Schema von `Authorization` ist nicht Bearer; senden Sie `Authorization: Bearer` mit dem Token"
        }
        TokenError::Form => "es ist kein signiertes JSON Web Token",
        TokenError::Type => "sein Header ist nicht der eines Access-Tokens",
        TokenError::Key => "seine Schlüssel-ID ist unbekannt",
        TokenError::Signature => "seine Signatur ist ungültig",
        TokenError::Claims => "ein Claim fehlt oder ist fehlerhaft",
        TokenError::Issuer => "sein Aussteller ist unbekannt",
        TokenError::Audience => "seine Audience ist eine andere",
        TokenError::Early => "es ist noch nicht gültig",
        TokenError::Expired => "es ist abgelaufen",
        TokenError::Lifetime => "seine Laufzeit überschreitet die Grenze",
        TokenError::Unknown => "es wurde nicht von diesem Dienst ausgestellt",
        TokenError::Revoked => "es wurde widerrufen",
    }
}
