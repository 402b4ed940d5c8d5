//! Vocabularies of solutions and practice examples.

use super::vocabulary;

vocabulary! {
    #[doc = "Status of a solution or practice example"]
    Status "status" "Stand einer Lösung oder eines Praxisbeispiels" {
        Planned "planned" "Geplant" "Planned",
        InProgress "in_progress" "In Umsetzung" "In progress",
        Pilot "pilot" "Pilotbetrieb" "Pilot",
        Operational "operational" "In Betrieb" "Operational",
        Completed "completed" "Abgeschlossen" "Completed",
        Paused "paused" "Pausiert" "Paused",
        Discontinued "discontinued" "Eingestellt" "Discontinued",
    }

    #[doc = "Scaling phase of a solution, in the five phases defined by the KTS"]
    ScalingPhase "scaling_phase" "Skalierungsphase einer Lösung" {
        Ideation "ideation" "Ideenfindung" "Ideation",
        Prototype "prototype" "Prototyp" "Prototype",
        Pilot "pilot" "Pilotierung" "Pilot",
        Consolidation "consolidation" "Verstetigung" "Consolidation",
        Transfer "transfer" "Transfer" "Transfer",
    }

    #[doc = "Kind of solution"]
    SolutionKind "solution_kind" "Art einer Lösung" {
        Software "software" "Software" "Software",
        Hardware "hardware" "Hardware" "Hardware",
        Data "data" "Daten" "Data",
        Service "service" "Dienstleistung" "Service",
        Process "process" "Prozess" "Process",
        Organisation "organisation" "Organisation" "Organisation",
        Training "training" "Schulung" "Training",
        Strategy "strategy" "Strategie" "Strategy",
    }

    #[doc = "Degree of openness of a solution"]
    Openness "openness" "Offenheit einer Lösung" {
        OpenSource "open_source" "Open Source" "Open source",
        OpenData "open_data" "Offene Daten" "Open data",
        OpenConcept "open_concept" "Offenes Konzept" "Open concept",
        Partly "partly" "Teilweise offen" "Partly open",
        Proprietary "proprietary" "Proprietär" "Proprietary",
    }

    #[doc = "Form of cooperation between municipalities, in the four kinds defined by the KTS, or origin"]
    Relation "relation" "Verhältnis zu einer Lösung" {
        Origin "origin" "Ursprung" "Origin",
        RoleModel "role_model" "Vorbild" "Role model",
        KnowledgeExchange "knowledge_exchange" "Wissensaustausch" "Knowledge exchange",
        JointDevelopment "joint_development" "Gemeinsame Entwicklung" "Joint development",
        Transfer "transfer" "Transfer" "Transfer",
    }

    #[doc = "Workstream of a success factor or obstacle"]
    Workstream "workstream" "Arbeitsstrang" {
        Economic "economic" "Wirtschaftlich" "Economic",
        Organisational "organisational" "Organisatorisch" "Organisational",
        Financial "financial" "Finanziell" "Financial",
        Technical "technical" "Technisch" "Technical",
        Legal "legal" "Rechtlich" "Legal",
    }

    #[doc = "Kind of prerequisite for adopting a solution"]
    PrerequisiteKind "prerequisite_kind" "Art einer Voraussetzung" {
        Technical "technical" "Technisch" "Technical",
        Data "data" "Daten" "Data",
        Staff "staff" "Personal" "Staff",
        Organisational "organisational" "Organisatorisch" "Organisational",
        Financial "financial" "Finanziell" "Financial",
        Legal "legal" "Rechtlich" "Legal",
    }

    #[doc = "Operator model of a solution"]
    OperatorModel "operator_model" "Betreibermodell" {
        Municipality "municipality" "Kommune" "Municipality",
        MunicipalCompany "municipal_company" "Kommunales Unternehmen" "Municipal company",
        InterMunicipal "inter_municipal" "Interkommunaler Verbund" "Inter-municipal body",
        PublicItProvider "public_it_provider" "Öffentlicher IT-Dienstleister" "Public IT provider",
        PrivateProvider "private_provider" "Privater Anbieter" "Private provider",
        Community "community" "Zivilgesellschaft" "Community",
    }

    #[doc = "Reason for discontinuation"]
    DiscontinuedReason "discontinued_reason" "Grund der Einstellung" {
        FundingEnded "funding_ended" "Förderung beendet" "Funding ended",
        Staff "staff" "Personal" "Staff",
        Procurement "procurement" "Vergabe" "Procurement",
        LegalPrivacy "legal_privacy" "Recht und Datenschutz" "Law and privacy",
        Technical "technical" "Technik" "Technical",
        NoDemand "no_demand" "Fehlende Nachfrage" "No demand",
        Political "political" "Politische Entscheidung" "Political decision",
        Replaced "replaced" "Abgelöst" "Replaced",
        Vendor "vendor" "Anbieter" "Vendor",
        Other "other" "Sonstiges" "Other",
    }

    #[doc = "Relation from a solution to another solution that it names"]
    SolutionRelation "solution_relation" "Beziehung zwischen Lösungen" {
        BuildsOn "builds_on" "Baut auf" "Builds on",
        Replaces "replaces" "Ersetzt" "Replaces",
        Alternative "alternative" "Alternative zu" "Alternative to",
        PartOf "part_of" "Teil von" "Part of",
    }

    #[doc = "Basis of cost figures"]
    CostBasis "cost_basis" "Grundlage von Kosten" {
        Actual "actual" "Tatsächliche Kosten" "Actual costs",
        Estimate "estimate" "Schätzung" "Estimate",
        Quote "quote" "Angebot" "Quote",
    }

    #[doc = "Freshness of the last confirmation: fresh for less than 12 months, due from 12, stale from 18, or never confirmed"]
    Freshness "freshness" "Aktualität" {
        Fresh "fresh" "Aktuell" "Fresh",
        Due "due" "Bestätigung fällig" "Due",
        Stale "stale" "Veraltet" "Stale",
        Never "never" "Nie bestätigt" "Never confirmed",
    }

    #[doc = "Side that confirmed a practice example: the adopting municipality, or the origin of the solution"]
    ConfirmedBy "confirmed_by" "Bestätigt von" {
        Origin "origin" "Ursprung" "Origin",
        Adopter "adopter" "Nachnutzende Kommune" "Adopter",
    }
}
