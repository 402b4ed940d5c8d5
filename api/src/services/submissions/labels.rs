//! What people read beside the members of what can be submitted. The English help is that of the document.

/// A member by itself, or one of a certain schema: `label, German label, German help`.
pub(super) type Labels = (&'static str, &'static str, &'static str);

/// What is said of a member; that of its own schema goes first.
pub(super) fn labels(schema: &str, member: &str) -> Option<Labels> {
    let of = |name: &str| LABELS.iter().find(|(known, ..)| *known == name);
    let own = format!("{schema}.{member}");
    of(&own).or_else(|| of(member)).map(|(_, en, de, help)| (*en, *de, *help))
}

/// Every member that is labelled.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    LABELS.iter().map(|(name, ..)| *name)
}

const LABELS: &[(&str, &str, &str, &str)] = &[
    (
        "slug",
        "Short name",
        "Kurzname",
        "Kurzname in Adressen: kleine Buchstaben und Ziffern, Wörter mit Bindestrich verbunden.",
    ),
    ("title", "Title", "Titel", "Wie es heißt."),
    ("summary", "Summary", "Kurzfassung", "Was es leistet, in höchstens 500 Zeichen."),
    ("description", "Description", "Beschreibung", "Was es leistet, ausführlich; Markdown ist erlaubt."),
    (
        "municipality",
        "Municipality",
        "Kommune",
        "Amtlicher Gemeindeschlüssel, Kurzname oder Kennung der Kommune, die berichtet.",
    ),
    ("project", "Model project", "Modellprojekt", "Kurzname oder Kennung des Modellprojekts, zu dem es gehört."),
    ("solution", "Solution", "Lösung", "Kurzname oder Kennung der Lösung, für die es ein Beispiel ist."),
    (
        "relation",
        "Relation",
        "Verhältnis",
        "Ob das Beispiel der Ursprung der Lösung ist, oder wie die Kommune zu ihr kam.",
    ),
    ("status", "Status", "Stand", "Wo es steht."),
    (
        "discontinued",
        "Discontinued",
        "Eingestellt",
        "Warum und wann es eingestellt wurde; nur beim Stand „eingestellt“.",
    ),
    ("challenge", "Challenge", "Herausforderung", "Worauf es eine Antwort ist."),
    ("approach", "Approach", "Vorgehen", "Wie es gemacht wurde."),
    ("results", "Results", "Ergebnisse", "Was dabei herauskam."),
    ("lessons_learned", "Lessons learned", "Erfahrungen", "Was daraus gelernt wurde."),
    (
        "transfer_notes",
        "Notes for others",
        "Hinweise zur Übertragung",
        "Was andere wissen sollten, die es auch machen wollen.",
    ),
    ("success_factors", "What helped", "Erfolgsfaktoren", "Was geholfen hat."),
    ("obstacles", "Obstacles", "Hindernisse", "Was im Weg stand."),
    ("impacts", "Impacts", "Wirkungen", "Was gemessen wurde."),
    ("costs", "Costs", "Kosten", "Was es kostet, in Euro."),
    ("staffing", "Staffing", "Personal", "Wie viel Arbeit es macht, in Vollzeitstellen."),
    ("starts_on", "Begin", "Beginn", "Seit wann; ein Jahr oder ein Monat genügt."),
    ("ends_on", "End", "Ende", "Bis wann; ein Jahr oder ein Monat genügt."),
    ("themes", "Themes", "Themen", "Handlungsfelder, nach Kurzname oder Kennung; das erste ist das wichtigste."),
    (
        "sdgs",
        "Sustainable Development Goals",
        "Nachhaltigkeitsziele",
        "Nummern der Ziele der Vereinten Nationen, denen es dient, 1 bis 17.",
    ),
    ("contacts", "Contacts", "Ansprechstellen", "Wer Auskunft gibt: Stellen, keine Personen."),
    ("links", "Links", "Verweise", "Seiten darüber."),
    ("sources", "Sources", "Quellen", "Adressen der Seiten, von denen die Angaben stammen; mindestens eine."),
    (
        "last_confirmed_on",
        "Last confirmed",
        "Zuletzt bestätigt",
        "Der Tag, an dem die Angaben zuletzt bestätigt wurden.",
    ),
    ("kind", "Kind", "Art", "Was für eine Art Lösung es ist."),
    (
        "scaling_phase",
        "Scaling phase",
        "Skalierungsphase",
        "Wie weit es auf dem Weg zu anderen ist, in den fünf Phasen der KTS.",
    ),
    ("openness", "Openness", "Offenheit", "Wie offen es ist."),
    ("licence", "Licence", "Lizenz", "Die Lizenz als SPDX-Ausdruck."),
    ("repository_url", "Repository", "Quelltext", "Adresse des öffentlichen Quelltexts."),
    ("publiccode_url", "publiccode.yml", "publiccode.yml", "Adresse der Datei publiccode.yml."),
    ("website", "Website", "Webseite", "Adresse der eigenen Seiten."),
    ("spatial_scope", "Spatial scope", "Raumbezug", "Die Räume, in denen es wirkt."),
    (
        "projects",
        "Model projects",
        "Modellprojekte",
        "Kurznamen oder Kennungen der Modellprojekte, aus denen es kommt.",
    ),
    (
        "providers",
        "Providers",
        "Anbietende Kommunen",
        "Kommunen, die es bereitstellen: amtlicher Gemeindeschlüssel, Kurzname oder Kennung.",
    ),
    ("prerequisites", "Prerequisites", "Voraussetzungen", "Was da sein muss, bevor es übernommen werden kann."),
    ("operator_model", "Operator", "Betriebsmodell", "Wer es betreibt."),
    ("technologies", "Technologies", "Technologien", "Womit es gebaut ist."),
    ("interfaces", "Interfaces", "Schnittstellen", "Wie andere Systeme mit ihm sprechen."),
    ("privacy", "Privacy", "Datenschutz", "Wie es mit personenbezogenen Daten steht."),
    ("related", "Related solutions", "Verwandte Lösungen", "Andere Lösungen, zu denen es in einem Verhältnis steht."),
    ("identifiers", "Identifiers", "Kennungen", "Wie es in anderen Verzeichnissen heißt."),
    ("Discontinued.reasons", "Reasons", "Gründe", "Die Gründe; mindestens einer."),
    ("Discontinued.text", "What happened", "Was geschah", "Was geschehen ist."),
    ("Discontinued.on", "Since", "Seit", "Seit wann; ein Jahr oder ein Monat genügt."),
    ("Factor.text", "What it was", "Was es war", "Was es war, in höchstens 500 Zeichen."),
    ("Factor.workstream", "Workstream", "Seite der Arbeit", "Die Seite der Arbeit, zu der es gehört."),
    ("Impact.indicator", "Indicator", "Kennzahl", "Was gemessen wurde."),
    ("Impact.baseline", "Before", "Vorher", "Der Wert davor."),
    ("Impact.value", "Now", "Jetzt", "Der Wert jetzt."),
    ("Impact.unit", "Unit", "Einheit", "Die Einheit beider Werte."),
    ("Impact.measured_on", "Measured", "Gemessen", "Wann gemessen wurde; ein Jahr oder ein Monat genügt."),
    ("Impact.method", "Method", "Methode", "Wie gemessen wurde."),
    ("Impact.evidence_url", "Evidence", "Beleg", "Adresse, unter der das nachzulesen ist."),
    ("Costs.one_off_min", "One-off, at least", "Einmalig mindestens", "Einmalige Kosten, mindestens, in Euro."),
    ("Costs.one_off_max", "One-off, at most", "Einmalig höchstens", "Einmalige Kosten, höchstens, in Euro."),
    ("Costs.yearly_min", "Yearly, at least", "Jährlich mindestens", "Kosten im Jahr, mindestens, in Euro."),
    ("Costs.yearly_max", "Yearly, at most", "Jährlich höchstens", "Kosten im Jahr, höchstens, in Euro."),
    ("Costs.currency", "Currency", "Währung", "Immer EUR."),
    ("Costs.basis", "Basis", "Grundlage", "Worauf die Beträge beruhen."),
    ("Costs.year", "Year of prices", "Preisstand", "Das Jahr der Preise."),
    ("Staffing.fte_implementation", "To bring it in", "Für die Einführung", "Vollzeitstellen für die Einführung."),
    ("Staffing.fte_operation", "To run it", "Für den Betrieb", "Vollzeitstellen für den Betrieb."),
    ("Contact.function", "Office", "Stelle", "Die Stelle oder Funktion, die antwortet; keine Person."),
    (
        "Contact.email",
        "Mailbox",
        "Funktionspostfach",
        "Ein Funktionspostfach; oder stattdessen ein Formular, nicht beides.",
    ),
    (
        "Contact.url",
        "Web form",
        "Kontaktformular",
        "Adresse eines Formulars; oder stattdessen ein Postfach, nicht beides.",
    ),
    (
        "WebLink.rel",
        "Link relation",
        "Art des Verweises",
        "Was die Seite für den Eintrag ist, als eingetragene Verweisart (RFC 8288).",
    ),
    ("WebLink.title", "Title of the page", "Titel der Seite", "Wie die Seite heißt."),
    ("WebLink.url", "Address", "Adresse", "Die Adresse der Seite."),
    ("Prerequisite.kind", "Kind of prerequisite", "Art der Voraussetzung", "Was für eine Art Voraussetzung es ist."),
    ("Prerequisite.text", "What is needed", "Was nötig ist", "Was nötig ist, in höchstens 500 Zeichen."),
    ("Prerequisite.mandatory", "Mandatory", "Zwingend", "Geht es ohne sie nicht?"),
    ("Interface.name", "Name", "Name", "Der Standard, oder wie sie sonst heißt."),
    ("Interface.url", "Address", "Adresse", "Wo sie beschrieben ist oder antwortet."),
    ("Privacy.personal_data", "Personal data", "Personenbezogene Daten", "Verarbeitet es personenbezogene Daten?"),
    ("Privacy.dpia_done", "Impact assessed", "Folgenabschätzung", "Gibt es eine Datenschutz-Folgenabschätzung?"),
    ("RelatedInput.solution", "Other solution", "Andere Lösung", "Kurzname oder Kennung der anderen Lösung."),
    ("RelatedInput.relation", "Relation to it", "Verhältnis zu ihr", "Was diese Lösung für jene ist."),
    ("Identifier.scheme", "Register", "Verzeichnis", "Das andere Verzeichnis."),
    ("Identifier.value", "Name in it", "Kennung darin", "Die Kennung in ihm."),
];
