//! Table of problem types.

use actix_web::http::StatusCode;

use super::Error;
use crate::base::language::Localized;

/// A problem type, as in the table and on its documentation page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProblemType {
    /// HTTP status code.
    pub(crate) status: StatusCode,
    /// Last segment of `type`.
    pub(crate) name: &'static str,
    /// Title, such as `Not found`.
    pub(crate) title: Localized,
    /// Cause of the problem, and how to correct it.
    pub(crate) remedy: Localized,
}

macro_rules! problem_types {
    ($($constant:ident $status:ident $name:literal $title:literal $title_de:literal $remedy:literal $remedy_de:literal;)+) => {
        $(const $constant: ProblemType = ProblemType {
            status: StatusCode::$status,
            name: $name,
            title: Localized { english: $title, german: $title_de },
            remedy: Localized { english: $remedy, german: $remedy_de },
        };)+

        /// All problem types.
        pub(crate) const PROBLEM_TYPES: &[ProblemType] = &[$($constant),+];
    };
}

problem_types! {
    NOT_FOUND NOT_FOUND "not-found" "Not found" "Nicht gefunden"
        "The key in the path identifies no entry. The detail names the key and the resource. Look up entries in the list of the resource."
        "Der Schlüssel im Pfad bezeichnet keinen Eintrag. Das Detail nennt den Schlüssel und die Ressource. Einträge stehen in der Liste der Ressource.";
    UNKNOWN_PATH NOT_FOUND "unknown-path" "Path not found" "Pfad nicht gefunden"
        "No operation has the path. The detail names the nearest path, if one is similar. Look up paths in /docs or in /v1/openapi.json."
        "Keine Operation hat diesen Pfad. Das Detail nennt den ähnlichsten Pfad, falls es einen ähnlichen gibt. Alle Pfade stehen unter /docs und in /v1/openapi.json.";
    METHOD_NOT_ALLOWED METHOD_NOT_ALLOWED "method-not-allowed" "Method not allowed" "Methode nicht zulässig"
        "The path exists but does not support this method. The Allow header lists the methods it supports."
        "Der Pfad existiert, unterstützt diese Methode aber nicht. Der Header Allow nennt die unterstützten Methoden.";
    INVALID_PARAMETERS BAD_REQUEST "invalid-parameters" "Invalid parameters" "Ungültige Parameter"
        "The query string has unknown keys or values. Each item of errors names a parameter and the values it takes."
        "Die Query enthält unbekannte Parameter oder Werte. Jedes Element von errors nennt einen Parameter und seine zulässigen Werte.";
    VALIDATION_FAILED UNPROCESSABLE_ENTITY "validation-failed" "Validation failed" "Prüfung fehlgeschlagen"
        "The content is valid JSON but breaks rules. Each item of errors points to a member and names the rule."
        "Der Inhalt ist gültiges JSON, verletzt aber Regeln. Jedes Element von errors verweist auf ein Feld und nennt die Regel.";
    MALFORMED_URL BAD_REQUEST "malformed-url" "Malformed URL" "Fehlerhafte URL"
        "The path or query string is not percent-encoded UTF-8, or contains a NUL character. Percent-encode each part."
        "Pfad oder Query sind nicht prozentkodiertes UTF-8 oder enthalten ein NUL-Zeichen. Kodieren Sie jeden Teil.";
    URI_TOO_LONG URI_TOO_LONG "uri-too-long" "URI too long" "URL zu lang"
        "The URL exceeds the limit in the detail. Split the request into several."
        "Die URL überschreitet die Grenze aus dem Detail. Teilen Sie die Anfrage auf.";
    NOT_ACCEPTABLE NOT_ACCEPTABLE "not-acceptable" "Not acceptable" "Nicht verfügbares Format"
        "The path has no representation in the requested media types. The detail lists the media types it has."
        "Der Pfad hat keine Repräsentation in den verlangten Medientypen. Das Detail nennt die vorhandenen.";
    CONTENT_TOO_LARGE PAYLOAD_TOO_LARGE "content-too-large" "Content too large" "Inhalt zu groß"
        "The request body exceeds the limit in the detail. Split the request into several."
        "Der Inhalt überschreitet die Grenze aus dem Detail. Teilen Sie die Anfrage auf.";
    UNSUPPORTED_CONTENT_ENCODING UNSUPPORTED_MEDIA_TYPE "unsupported-content-encoding" "Unsupported content encoding" "Content-Encoding nicht unterstützt"
        "Request bodies must not be compressed. Send the body without Content-Encoding."
        "Inhalte von Anfragen dürfen nicht komprimiert sein. Senden Sie den Inhalt ohne Content-Encoding.";
    GONE GONE "gone" "Gone" "Gelöscht"
        "The entry was deleted. Tokens that may write entries of its resource can still read its history."
        "Der Eintrag wurde gelöscht. Tokens, die Einträge seiner Ressource schreiben dürfen, können seinen Verlauf weiterhin lesen.";
    RETIRED_KEY GONE "retired-key" "Retired key" "Aufgehobener Schlüssel"
        "The official key belonged to an entry that is no longer in the register. The detail names the register. Look up the entry that covers the area today."
        "Der amtliche Schlüssel gehörte zu einem Eintrag, der nicht mehr im Verzeichnis steht. Das Detail nennt das Verzeichnis. Suchen Sie den Eintrag, der das Gebiet heute umfasst.";
    SEQUENCE_GONE GONE "sequence-gone" "Sequence gone" "Sequenznummer nicht mehr vorhanden"
        "The change feed ends before the sequence of the request, for example because the directory was restored from an older backup. The member head is the newest sequence. Read all lists anew, then continue after head."
        "Der Änderungsfeed endet vor der Sequenznummer der Anfrage, etwa weil das Verzeichnis aus einer älteren Sicherung wiederhergestellt wurde. Das Feld head ist die neueste Sequenznummer. Lesen Sie alle Listen neu, und fahren Sie dann nach head fort.";
    MALFORMED_JSON BAD_REQUEST "malformed-json" "Malformed JSON" "Fehlerhaftes JSON"
        "The body is not valid JSON. The item of errors names the line and the reason."
        "Der Inhalt ist kein gültiges JSON. Das Element von errors nennt die Zeile und den Grund.";
    UNSUPPORTED_MEDIA_TYPE UNSUPPORTED_MEDIA_TYPE "unsupported-media-type" "Unsupported media type" "Medientyp nicht unterstützt"
        "Send application/json, or application/merge-patch+json with PATCH, and set Content-Type accordingly."
        "Senden Sie application/json, mit PATCH application/merge-patch+json, und setzen Sie Content-Type entsprechend.";
    REQUEST_TIMEOUT REQUEST_TIMEOUT "request-timeout" "Request timeout" "Zeitüberschreitung der Anfrage"
        "The head or the body of the request did not arrive within the limit in the detail. Repeat the request."
        "Kopf oder Inhalt der Anfrage sind nicht innerhalb der Grenze aus dem Detail eingetroffen. Wiederholen Sie die Anfrage.";
    MALFORMED_REQUEST BAD_REQUEST "malformed-request" "Malformed request" "Fehlerhafte Anfrage"
        "The request is not valid HTTP/1.1, so the connection is closed. Check the request line, the headers and the framing of the body, or use an HTTP library."
        "Die Anfrage ist kein gültiges HTTP/1.1, deshalb wird die Verbindung geschlossen. Prüfen Sie Anfragezeile, Header und Länge des Inhalts, oder verwenden Sie eine HTTP-Bibliothek.";
    HEADERS_TOO_LARGE REQUEST_HEADER_FIELDS_TOO_LARGE "headers-too-large" "Headers too large" "Header zu groß"
        "The request line and the headers exceed the limit in the detail, or there are too many headers. The connection is closed. Send fewer or shorter headers, such as cookies."
        "Anfragezeile und Header überschreiten die Grenze aus dem Detail, oder es sind zu viele. Die Verbindung wird geschlossen. Senden Sie weniger oder kürzere Header, etwa Cookies.";
    INVALID_HEADERS BAD_REQUEST "invalid-headers" "Invalid headers" "Ungültige Header"
        "A request header is malformed. Each item of errors names a header and the values it takes."
        "Ein Header der Anfrage ist fehlerhaft. Jedes Element von errors nennt einen Header und seine zulässigen Werte.";
    UNAUTHENTICATED UNAUTHORIZED "unauthenticated" "Authentication required" "Anmeldung erforderlich"
        "The operation requires a token. Send it as Authorization: Bearer. The operator of the service issues tokens."
        "Die Operation setzt ein Token voraus. Senden Sie es als Authorization: Bearer. Der Betreiber des Dienstes stellt Tokens aus.";
    INVALID_TOKEN UNAUTHORIZED "invalid-token" "Invalid token" "Ungültiges Token"
        "The token is malformed, has an invalid signature, has expired or was revoked; WWW-Authenticate says which. Request a new token from the operator."
        "Das Token ist fehlerhaft, hat eine ungültige Signatur, ist abgelaufen oder wurde widerrufen; WWW-Authenticate nennt den Grund. Fordern Sie beim Betreiber ein neues Token an.";
    INSUFFICIENT_SCOPE FORBIDDEN "insufficient-scope" "Insufficient scope" "Fehlender Scope"
        "The token lacks the scope that the operation requires. The detail names the scope; GET /v1/me lists those of the token."
        "Dem Token fehlt der Scope, den die Operation voraussetzt. Das Detail nennt ihn; GET /v1/me nennt die Scopes des Tokens.";
    OUTSIDE_MUNICIPALITY FORBIDDEN "outside-municipality" "Outside the token's municipalities" "Außerhalb der Kommunen des Tokens"
        "The token is bound to municipalities. It does not act for every municipality responsible for the entry, or the operation requires a token that is not bound. GET /v1/me lists the municipalities of the token."
        "Das Token ist an Kommunen gebunden. Es handelt nicht für alle Kommunen, die für den Eintrag zuständig sind, oder die Operation setzt ein ungebundenes Token voraus. GET /v1/me nennt die Kommunen des Tokens.";
    ORIGIN_NOT_ALLOWED FORBIDDEN "origin-not-allowed" "Origin not allowed" "Ursprung nicht zugelassen"
        "The header Origin names a site whose pages may not write. The operator of the service lists the sites that may. Reads work from every site."
        "Der Header Origin nennt eine Website, deren Seiten nicht schreiben dürfen. Der Betreiber des Dienstes legt fest, welche es dürfen. Lesen ist von jeder Website aus möglich.";
    SCOPE_ESCALATION FORBIDDEN "scope-escalation" "Scope escalation" "Ausweitung von Rechten"
        "A token can only be issued with scopes that the issuing token has."
        "Ein Token kann nur mit Scopes ausgestellt werden, die das ausstellende Token hat.";
    READ_ONLY FORBIDDEN "read-only" "Read only" "Nur lesend"
        "The service accepts no writes or issues no tokens: it has no keys (the operator creates them with transferatlas token rotate), or its database role may not write."
        "Der Dienst nimmt keine Schreibzugriffe an oder stellt keine Tokens aus: Er hat keine Schlüssel (der Betreiber erzeugt sie mit transferatlas token rotate), oder seine Datenbankrolle darf nicht schreiben.";
    PRECONDITION_REQUIRED PRECONDITION_REQUIRED "precondition-required" "Precondition required" "Vorbedingung erforderlich"
        "Changing an entry requires If-Match with the ETag of the representation that was read, so that no change is lost. If-Match: * skips the check."
        "Änderungen eines Eintrags setzen If-Match mit dem ETag der gelesenen Repräsentation voraus, damit keine Änderung verloren geht. If-Match: * überspringt die Prüfung.";
    PRECONDITION_FAILED PRECONDITION_FAILED "precondition-failed" "Precondition failed" "Vorbedingung nicht erfüllt"
        "The entry changed after it was read. Read it again, apply the change to the current state, and send its ETag."
        "Der Eintrag wurde geändert, nachdem er gelesen wurde. Lesen Sie ihn erneut, wenden Sie die Änderung auf den aktuellen Stand an, und senden Sie dessen ETag.";
    ALREADY_EXISTS PRECONDITION_FAILED "already-exists" "Already exists" "Bereits vorhanden"
        "If-None-Match: * creates an entry, but one exists at this URL. Send If-Match to replace it."
        "If-None-Match: * legt einen Eintrag an, aber unter dieser URL gibt es bereits einen. Senden Sie If-Match, um ihn zu ersetzen.";
    REFERENCED CONFLICT "referenced" "Referenced by other entries" "Andere Einträge verweisen darauf"
        "Other entries refer to this one, so it cannot be deleted. The member references lists them. Change or delete them first."
        "Andere Einträge verweisen auf diesen, deshalb kann er nicht gelöscht werden. Das Feld references nennt sie. Ändern oder löschen Sie sie zuerst.";
    IDEMPOTENCY_KEY_REUSED UNPROCESSABLE_ENTITY "idempotency-key-reused" "Idempotency key reused" "Idempotency-Key bereits verwendet"
        "The Idempotency-Key belongs to a different request of the last 24 hours. Use a new key, such as a UUID, for each new request."
        "Der Idempotency-Key gehört zu einer anderen Anfrage der letzten 24 Stunden. Verwenden Sie für jede neue Anfrage einen neuen Schlüssel, etwa eine UUID.";
    INVALID_TRANSITION CONFLICT "invalid-transition" "Invalid transition" "Unzulässiger Schritt"
        "The submission does not allow this step at its current stage. Its member actions lists the steps it allows."
        "Die Einreichung erlaubt diesen Schritt in ihrem Stand nicht. Ihr Feld actions nennt die zulässigen Schritte.";
    QUOTA_EXCEEDED CONFLICT "quota-exceeded" "Quota exceeded" "Grenze erreicht"
        "The limit in the detail is reached. Finish or delete existing items first."
        "Die Grenze aus dem Detail ist erreicht. Schließen Sie zuerst Vorhandenes ab, oder löschen Sie es.";
    WEBHOOK_INACTIVE CONFLICT "webhook-inactive" "Webhook inactive" "Webhook inaktiv"
        "An inactive webhook endpoint receives no deliveries. Activate it first."
        "Ein inaktiver Webhook erhält keine Zustellungen. Aktivieren Sie ihn zuerst.";
    FOUR_EYES FORBIDDEN "four-eyes" "Review by another person required" "Prüfung durch eine andere Person erforderlich"
        "Authors and submitters cannot review their own submissions. Another token with submissions:review has to."
        "Verfasser und Einreicher können ihre eigenen Einreichungen nicht prüfen. Das muss ein anderes Token mit submissions:review tun.";
    EDIT_CONFLICT CONFLICT "edit-conflict" "Edit conflict" "Bearbeitungskonflikt"
        "The published entry and the submission changed the same members. Each item of errors names one, and the member states holds the three states. Send those members again with the named revision as based_on."
        "Der veröffentlichte Eintrag und die Einreichung haben dieselben Felder geändert. Jedes Element von errors nennt eines, und das Feld states enthält die drei Stände. Senden Sie diese Felder erneut, mit der genannten Revision als based_on.";
    REQUEST_IN_PROGRESS CONFLICT "request-in-progress" "Request in progress" "Anfrage in Bearbeitung"
        "The first request with this Idempotency-Key is still being processed. Repeat the request after the seconds in Retry-After."
        "Die erste Anfrage mit diesem Idempotency-Key wird noch verarbeitet. Wiederholen Sie die Anfrage nach den Sekunden in Retry-After.";
    VALUE_TAKEN CONFLICT "value-taken" "Value already taken" "Wert bereits vergeben"
        "Another entry has a value that must be unique, such as the slug or the official key. Choose another value, or change that entry."
        "Ein anderer Eintrag hat einen Wert, der eindeutig sein muss, etwa den Slug oder den amtlichen Schlüssel. Wählen Sie einen anderen Wert, oder ändern Sie jenen Eintrag.";
    SERVICE_UNAVAILABLE SERVICE_UNAVAILABLE "service-unavailable" "Service unavailable" "Dienst nicht verfügbar"
        "The database does not respond. Repeat the request after the seconds in Retry-After."
        "Die Datenbank antwortet nicht. Wiederholen Sie die Anfrage nach den Sekunden in Retry-After.";
    TOO_MANY_EXPORTS SERVICE_UNAVAILABLE "too-many-exports" "Too many exports" "Zu viele Abrufe"
        "The service sends the largest number of lists as a whole at once. Repeat the request after the seconds in Retry-After, or request pages of the list."
        "Der Dienst sendet gerade so viele Listen als Ganzes, wie er zulässt. Wiederholen Sie die Anfrage nach den Sekunden in Retry-After, oder fragen Sie die Seiten der Liste ab.";
    TOO_MANY_CONNECTIONS SERVICE_UNAVAILABLE "too-many-connections" "Too many connections" "Zu viele Verbindungen"
        "The service has almost as many open connections as it allows. The others are reserved for health checks and for requests with a token. Repeat the request after the seconds in Retry-After."
        "Der Dienst hat fast so viele offene Verbindungen, wie er zulässt. Die übrigen sind für die Überwachung und für Anfragen mit einem Token reserviert. Wiederholen Sie die Anfrage nach den Sekunden in Retry-After.";
    CONCURRENT_EXPORTS TOO_MANY_REQUESTS "concurrent-exports" "Too many concurrent exports" "Zu viele gleichzeitige Abrufe"
        "The client receives as many lists as a whole as it may at once. Repeat the request when one of them is complete, or request pages of the list."
        "Der Client empfängt so viele Listen als Ganzes, wie er gleichzeitig darf. Wiederholen Sie die Anfrage, wenn eine davon vollständig ist, oder fragen Sie die Seiten der Liste ab.";
    RATE_LIMITED TOO_MANY_REQUESTS "rate-limited" "Rate limit reached" "Anfragelimit erreicht"
        "The client has used up one of its rate limits. Repeat the request after the seconds in Retry-After. RateLimit and RateLimit-Policy have what is left of the limit."
        "Der Client hat eines seiner Anfragelimits ausgeschöpft. Wiederholen Sie die Anfrage nach den Sekunden in Retry-After. RateLimit und RateLimit-Policy nennen, was vom Limit übrig ist.";
    WRITES_UNAVAILABLE SERVICE_UNAVAILABLE "writes-unavailable" "Writes unavailable" "Schreiben nicht verfügbar"
        "The database accepts no writes at the moment, for example during a failover. Reads still work. Repeat the request after the seconds in Retry-After."
        "Die Datenbank nimmt im Moment keine Schreibzugriffe an, etwa während eines Failovers. Lesen ist möglich. Wiederholen Sie die Anfrage nach den Sekunden in Retry-After.";
    INSUFFICIENT_STORAGE INSUFFICIENT_STORAGE "insufficient-storage" "Insufficient storage" "Zu wenig Speicherplatz"
        "The database has no space left for writes. Reads still work. Repeat the request later; the operator has to free space."
        "Die Datenbank hat keinen Speicherplatz mehr für Schreibzugriffe. Lesen ist möglich. Wiederholen Sie die Anfrage später; der Betreiber muss Platz schaffen.";
    INTERNAL_ERROR INTERNAL_SERVER_ERROR "internal-error" "Internal error" "Interner Fehler"
        "The service failed, and its log has the cause. Report the error with the ID in the X-Request-Id header."
        "Der Dienst ist gestört, und sein Protokoll enthält die Ursache. Melden Sie den Fehler mit der ID im Header X-Request-Id.";
}

/// Type of redirects. Their responses have no problem document, so the type is not in the table.
const MOVED: ProblemType = ProblemType {
    status: StatusCode::PERMANENT_REDIRECT,
    name: "moved",
    title: Localized { english: "Moved", german: "Verschoben" },
    remedy: Localized { english: "", german: "" },
};

impl Error {
    /// Returns the problem type of the error.
    #[expect(clippy::too_many_lines, reason = "a table with a line for each error")]
    pub(crate) fn problem_type(&self) -> ProblemType {
        match self {
            Self::NotFound { .. } => NOT_FOUND,
            Self::UnknownPath { .. } => UNKNOWN_PATH,
            Self::Method { .. } => METHOD_NOT_ALLOWED,
            Self::Parameters(_) => INVALID_PARAMETERS,
            Self::Invalid(_) => VALIDATION_FAILED,
            Self::Address(_) => MALFORMED_URL,
            Self::TooLong(_) => URI_TOO_LONG,
            Self::NotAcceptable(_) => NOT_ACCEPTABLE,
            Self::TooLarge(_) => CONTENT_TOO_LARGE,
            Self::Coding => UNSUPPORTED_CONTENT_ENCODING,
            Self::PermanentRedirect { .. } => MOVED,
            Self::Gone(_) => GONE,
            Self::KeyRetired { .. } => RETIRED_KEY,
            Self::SequenceGone { .. } => SEQUENCE_GONE,
            Self::Json(_) => MALFORMED_JSON,
            Self::MediaType(_) => UNSUPPORTED_MEDIA_TYPE,
            Self::Slow(_) => REQUEST_TIMEOUT,
            Self::Malformed => MALFORMED_REQUEST,
            Self::LargeHead(_) => HEADERS_TOO_LARGE,
            Self::Header(_) => INVALID_HEADERS,
            Self::Unauthenticated => UNAUTHENTICATED,
            Self::Refused(_) => INVALID_TOKEN,
            Self::Forbidden(_) => INSUFFICIENT_SCOPE,
            Self::OutsideMunicipality(_) | Self::Bound | Self::NotConfirmer | Self::NotSubmitter(_) => {
                OUTSIDE_MUNICIPALITY
            }
            Self::Origin => ORIGIN_NOT_ALLOWED,
            Self::ScopeEscalation(_) => SCOPE_ESCALATION,
            Self::ReadOnly | Self::NotIssuing | Self::NotPermitted(_) => READ_ONLY,
            Self::PreconditionRequired => PRECONDITION_REQUIRED,
            Self::PreconditionFailed => PRECONDITION_FAILED,
            Self::AlreadyExists => ALREADY_EXISTS,
            Self::Referenced(..) => REFERENCED,
            Self::KeyReused => IDEMPOTENCY_KEY_REUSED,
            Self::Step { .. } | Self::Closed(_) => INVALID_TRANSITION,
            Self::QuotaExceeded(_) => QUOTA_EXCEEDED,
            Self::Inactive => WEBHOOK_INACTIVE,
            Self::FourEyes => FOUR_EYES,
            Self::EditConflict(_) => EDIT_CONFLICT,
            Self::InFlight => REQUEST_IN_PROGRESS,
            Self::Taken(_) => VALUE_TAKEN,
            Self::Unavailable(_) => SERVICE_UNAVAILABLE,
            Self::TooManyExports => TOO_MANY_EXPORTS,
            Self::TooManyConnections => TOO_MANY_CONNECTIONS,
            Self::RateLimited { .. } => RATE_LIMITED,
            Self::ConcurrentExports(_) => CONCURRENT_EXPORTS,
            Self::Unwritable(_) => WRITES_UNAVAILABLE,
            Self::Full(_) => INSUFFICIENT_STORAGE,
            Self::Internal(_) => INTERNAL_ERROR,
            Self::WithCurrent { error, .. } => error.problem_type(),
        }
    }
}
