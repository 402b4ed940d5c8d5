//! The closed lists of the directory, with German and English labels.
//!
//! A value is text in the database and in JSON alike; a new value is a new line here and a new `check` there.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A closed list.
pub trait Vocabulary: Copy + 'static {
    /// Its name in addresses.
    const NAME: &'static str;
    /// What it lists.
    const TITLE: &'static str;
    /// Its values, in the order people expect.
    const ALL: &'static [Self];

    /// The value as it stands in JSON.
    fn value(self) -> &'static str;
    /// What to show for it: German, English.
    fn label(self) -> (&'static str, &'static str);
}

macro_rules! vocabulary {
    ($(#[doc = $title:literal] $type:ident $name:literal { $($variant:ident $value:tt $de:tt $en:tt,)+ })+) => {
        $(
            #[doc = $title]
            #[derive(
                Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum, Serialize,
                Deserialize, ToSchema,
            )]
            #[sea_orm(rs_type = "String", db_type = "Text")]
            pub enum $type {
                $(
                    #[doc = $en]
                    #[sea_orm(string_value = $value)]
                    #[serde(rename = $value)]
                    $variant,
                )+
            }

            impl Vocabulary for $type {
                const NAME: &'static str = $name;
                const TITLE: &'static str = $title;
                const ALL: &'static [Self] = &[$(Self::$variant),+];

                fn value(self) -> &'static str {
                    match self {
                        $(Self::$variant => $value,)+
                    }
                }

                fn label(self) -> (&'static str, &'static str) {
                    match self {
                        $(Self::$variant => ($de, $en),)+
                    }
                }
            }
        )+

        /// Every closed list there is.
        pub fn lists() -> Vec<List> {
            vec![$(List::of::<$type>()),+]
        }
    };
}

/// A closed list, as a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    pub name: &'static str,
    pub title: &'static str,
    /// Each value, and what to show for it: German, English.
    pub terms: Vec<(&'static str, (&'static str, &'static str))>,
}

impl List {
    fn of<V: Vocabulary>() -> Self {
        let terms = V::ALL.iter().map(|term| (term.value(), term.label())).collect();
        Self { name: V::NAME, title: V::TITLE, terms }
    }
}

vocabulary! {
    #[doc = "What kind of place carries a project, as the programme records it"]
    Category "category" {
        LargeCity "large_city" "Großstadt" "Large city",
        MediumTown "medium_town" "Mittelstadt" "Medium-sized town",
        SmallTownOrRuralMunicipality "small_town_or_rural_municipality" "Kleinstadt oder Landgemeinde" "Small town or rural municipality",
        InterMunicipalOrDistrict "inter_municipal_or_district" "Interkommunale Kooperation oder Landkreis" "Inter-municipal cooperation or district",
    }

    #[doc = "What kind of body a municipality is"]
    MunicipalityKind "municipality_kind" {
        IndependentCity "independent_city" "Kreisfreie Stadt" "Independent city",
        Town "town" "Stadt" "Town",
        Municipality "municipality" "Gemeinde" "Municipality",
        District "district" "Kreis" "District",
        Association "association" "Gemeindeverband" "Association of municipalities",
    }

    #[doc = "Town and municipality type by population alone, with the thresholds of the BBSR: 5,000, 20,000 and 100,000"]
    SizeClass "size_class" {
        RuralMunicipality "rural_municipality" "Landgemeinde" "Rural municipality",
        SmallTown "small_town" "Kleinstadt" "Small town",
        MediumTown "medium_town" "Mittelstadt" "Medium-sized town",
        LargeCity "large_city" "Großstadt" "Large city",
    }

    #[doc = "Where a project stands"]
    Phase "phase" {
        Strategy "strategy" "Strategie" "Strategy",
        Implementation "implementation" "Umsetzung" "Implementation",
        Completed "completed" "Abgeschlossen" "Completed",
    }

    #[doc = "What a municipality is in a project"]
    ProjectRole "project_role" {
        Lead "lead" "Federführend" "Lead",
        Partner "partner" "Partner" "Partner",
    }

    #[doc = "Where a solution or practice example stands"]
    Status "status" {
        Planned "planned" "Geplant" "Planned",
        InProgress "in_progress" "In Umsetzung" "In progress",
        Pilot "pilot" "Pilotbetrieb" "Pilot",
        Operational "operational" "In Betrieb" "Operational",
        Completed "completed" "Abgeschlossen" "Completed",
        Paused "paused" "Pausiert" "Paused",
        Discontinued "discontinued" "Eingestellt" "Discontinued",
    }

    #[doc = "How far a solution has come on its way to others, in the five phases of the KTS"]
    ScalingPhase "scaling_phase" {
        Ideation "ideation" "Ideenfindung" "Ideation",
        Prototype "prototype" "Prototyp" "Prototype",
        Pilot "pilot" "Pilotierung" "Pilot",
        Consolidation "consolidation" "Verstetigung" "Consolidation",
        Transfer "transfer" "Transfer" "Transfer",
    }

    #[doc = "What kind of thing a solution is"]
    SolutionKind "solution_kind" {
        Software "software" "Software" "Software",
        Hardware "hardware" "Hardware" "Hardware",
        Data "data" "Daten" "Data",
        Service "service" "Dienstleistung" "Service",
        Process "process" "Prozess" "Process",
        Organisation "organisation" "Organisation" "Organisation",
        Training "training" "Schulung" "Training",
        Strategy "strategy" "Strategie" "Strategy",
    }

    #[doc = "How open a solution is"]
    Openness "openness" {
        OpenSource "open_source" "Open Source" "Open source",
        OpenData "open_data" "Offene Daten" "Open data",
        OpenConcept "open_concept" "Offenes Konzept" "Open concept",
        Partly "partly" "Teilweise offen" "Partly open",
        Proprietary "proprietary" "Proprietär" "Proprietary",
    }

    #[doc = "The space something works in"]
    SpatialScope "spatial_scope" {
        Building "building" "Gebäude" "Building",
        Neighbourhood "neighbourhood" "Quartier" "Neighbourhood",
        CityCentre "city_centre" "Innenstadt" "City centre",
        Citywide "citywide" "Gesamtstadt" "Citywide",
        CityRegion "city_region" "Stadtregion" "City region",
        District "district" "Landkreis" "District",
        InterMunicipal "inter_municipal" "Interkommunal" "Inter-municipal",
        Rural "rural" "Ländlicher Raum" "Rural area",
        State "state" "Land" "State",
        National "national" "Bundesweit" "National",
        NonSpatial "non_spatial" "Ohne Raumbezug" "Non-spatial",
    }

    #[doc = "How municipalities work together on a matter, in the four kinds of the KTS, and the origin"]
    Relation "relation" {
        Origin "origin" "Ursprung" "Origin",
        RoleModel "role_model" "Vorbild" "Role model",
        KnowledgeExchange "knowledge_exchange" "Wissensaustausch" "Knowledge exchange",
        JointDevelopment "joint_development" "Gemeinsame Entwicklung" "Joint development",
        Transfer "transfer" "Transfer" "Transfer",
    }

    #[doc = "The side of the work a factor or obstacle belongs to"]
    Workstream "workstream" {
        Economic "economic" "Wirtschaftlich" "Economic",
        Organisational "organisational" "Organisatorisch" "Organisational",
        Financial "financial" "Finanziell" "Financial",
        Technical "technical" "Technisch" "Technical",
        Legal "legal" "Rechtlich" "Legal",
    }

    #[doc = "What kind of thing must be there before a solution can be taken over"]
    PrerequisiteKind "prerequisite_kind" {
        Technical "technical" "Technisch" "Technical",
        Data "data" "Daten" "Data",
        Staff "staff" "Personal" "Staff",
        Organisational "organisational" "Organisatorisch" "Organisational",
        Financial "financial" "Finanziell" "Financial",
        Legal "legal" "Rechtlich" "Legal",
    }

    #[doc = "Who runs a solution"]
    OperatorModel "operator_model" {
        Municipality "municipality" "Kommune" "Municipality",
        MunicipalCompany "municipal_company" "Kommunales Unternehmen" "Municipal company",
        InterMunicipal "inter_municipal" "Interkommunaler Verbund" "Inter-municipal body",
        PublicItProvider "public_it_provider" "Öffentlicher IT-Dienstleister" "Public IT provider",
        PrivateProvider "private_provider" "Privater Anbieter" "Private provider",
        Community "community" "Zivilgesellschaft" "Community",
    }

    #[doc = "Why something was discontinued"]
    DiscontinuedReason "discontinued_reason" {
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

    #[doc = "What stands between two solutions, seen from the one that names the other"]
    SolutionRelation "solution_relation" {
        BuildsOn "builds_on" "Baut auf" "Builds on",
        Replaces "replaces" "Ersetzt" "Replaces",
        Alternative "alternative" "Alternative zu" "Alternative to",
        PartOf "part_of" "Teil von" "Part of",
    }

    #[doc = "What an amount of money rests on"]
    CostBasis "cost_basis" {
        Actual "actual" "Tatsächliche Kosten" "Actual costs",
        Estimate "estimate" "Schätzung" "Estimate",
        Quote "quote" "Angebot" "Quote",
    }

    #[doc = "How long ago an entry was confirmed: due after 12 months, stale after 18"]
    Freshness "freshness" {
        Fresh "fresh" "Aktuell" "Fresh",
        Due "due" "Bestätigung fällig" "Due",
        Stale "stale" "Veraltet" "Stale",
    }

    #[doc = "What kind of network a working group is"]
    WorkingGroupKind "working_group_kind" {
        WorkingGroup "working_group" "Arbeitsgruppe" "Working group",
        DevelopmentPartnership "development_partnership" "Entwicklungspartnerschaft" "Development partnership",
        Community "community" "Community" "Community",
        RegionalNetwork "regional_network" "Regionales Netzwerk" "Regional network",
        Association "association" "Verband oder Verein" "Association",
        PeerLearning "peer_learning" "Peer-Learning" "Peer learning",
    }

    #[doc = "Where a working group stands"]
    WorkingGroupStatus "working_group_status" {
        Planned "planned" "Geplant" "Planned",
        Active "active" "Aktiv" "Active",
        Paused "paused" "Pausiert" "Paused",
        Closed "closed" "Beendet" "Closed",
    }

    #[doc = "Who may join a working group"]
    OpenTo "open_to" {
        ModelProjects "model_projects" "Modellprojekte" "Model projects",
        AllMunicipalities "all_municipalities" "Alle Kommunen" "All municipalities",
        Public "public" "Alle" "Everybody",
    }

    #[doc = "What somebody is in a working group"]
    GroupRole "group_role" {
        Chair "chair" "Vorsitz" "Chair",
        Member "member" "Mitglied" "Member",
    }

    #[doc = "What kind of thing a working group has brought out"]
    OutputKind "output_kind" {
        Guide "guide" "Leitfaden" "Guide",
        Study "study" "Studie" "Study",
        Template "template" "Vorlage" "Template",
        Software "software" "Software" "Software",
        Data "data" "Daten" "Data",
        Recording "recording" "Aufzeichnung" "Recording",
        Other "other" "Sonstiges" "Other",
    }

    #[doc = "How many learn from each other, and how"]
    PartnershipFormat "partnership_format" {
        Bilateral "bilateral" "Zu zweit" "Bilateral",
        Multilateral "multilateral" "Zu mehreren" "Multilateral",
        PeerLearning "peer_learning" "Peer-Learning" "Peer learning",
        CrossBorder "cross_border" "Grenzüberschreitend" "Cross-border",
        Mentoring "mentoring" "Mentoring" "Mentoring",
    }

    #[doc = "Where a learning partnership stands"]
    PartnershipStatus "partnership_status" {
        Planned "planned" "Geplant" "Planned",
        Open "open" "Offen für weitere" "Open to more",
        Running "running" "Läuft" "Running",
        Completed "completed" "Abgeschlossen" "Completed",
    }

    #[doc = "What somebody is in a learning partnership"]
    PartnerRole "partner_role" {
        Giver "giver" "Gebend" "Giver",
        Receiver "receiver" "Nehmend" "Receiver",
        Partner "partner" "Partner" "Partner",
    }

    #[doc = "What kind of meeting an event is"]
    EventKind "event_kind" {
        RegionalConference "regional_conference" "Regionalkonferenz" "Regional conference",
        Congress "congress" "Kongress" "Congress",
        Workshop "workshop" "Workshop" "Workshop",
        Webinar "webinar" "Webinar" "Webinar",
        Exchange "exchange" "Austausch" "Exchange",
        SiteVisit "site_visit" "Vor-Ort-Besuch" "Site visit",
        Other "other" "Sonstiges" "Other",
    }

    #[doc = "Where an event stands"]
    EventStatus "event_status" {
        Planned "planned" "Geplant" "Planned",
        Confirmed "confirmed" "Bestätigt" "Confirmed",
        Cancelled "cancelled" "Abgesagt" "Cancelled",
        Held "held" "Hat stattgefunden" "Held",
    }

    #[doc = "How a course is held"]
    CourseFormat "course_format" {
        OnlineSelfPaced "online_self_paced" "Online, im eigenen Tempo" "Online, self-paced",
        OnlineLive "online_live" "Online, live" "Online, live",
        OnSite "on_site" "Vor Ort" "On site",
        Blended "blended" "Gemischt" "Blended",
    }

    #[doc = "Who a course is for"]
    TargetGroup "target_group" {
        MunicipalStaff "municipal_staff" "Beschäftigte der Kommunen" "Municipal staff",
        Leadership "leadership" "Führungskräfte" "Leadership",
        Politics "politics" "Politik" "Politics",
        Researchers "researchers" "Forschung" "Researchers",
        Citizens "citizens" "Bürgerinnen und Bürger" "Citizens",
    }

    #[doc = "What kind of text a publication is"]
    PublicationKind "publication_kind" {
        Study "study" "Studie" "Study",
        Guide "guide" "Leitfaden" "Guide",
        Report "report" "Bericht" "Report",
        Strategy "strategy" "Strategie" "Strategy",
        Charter "charter" "Charta" "Charter",
        Standard "standard" "Norm" "Standard",
        Article "article" "Artikel" "Article",
    }

    #[doc = "What joins two municipalities or projects"]
    EdgeKind "edge_kind" {
        Membership "membership" "Trägerschaft eines Projekts" "Carrying a project",
        SharedProject "shared_project" "Gemeinsames Projekt" "Shared project",
        WorkingGroup "working_group" "Gemeinsame Arbeitsgruppe" "Shared working group",
        LearningPartnership "learning_partnership" "Gemeinsame Lernpartnerschaft" "Shared learning partnership",
        Transfer "transfer" "Transfer" "Transfer",
    }

    #[doc = "A German state, by its ISO 3166-2 code"]
    FederalState "federal_state" {
        BadenWuerttemberg "DE-BW" "Baden-Württemberg" "Baden-Württemberg",
        Bavaria "DE-BY" "Bayern" "Bavaria",
        Berlin "DE-BE" "Berlin" "Berlin",
        Brandenburg "DE-BB" "Brandenburg" "Brandenburg",
        Bremen "DE-HB" "Bremen" "Bremen",
        Hamburg "DE-HH" "Hamburg" "Hamburg",
        Hesse "DE-HE" "Hessen" "Hesse",
        MecklenburgVorpommern "DE-MV" "Mecklenburg-Vorpommern" "Mecklenburg-Western Pomerania",
        LowerSaxony "DE-NI" "Niedersachsen" "Lower Saxony",
        NorthRhineWestphalia "DE-NW" "Nordrhein-Westfalen" "North Rhine-Westphalia",
        RhinelandPalatinate "DE-RP" "Rheinland-Pfalz" "Rhineland-Palatinate",
        Saarland "DE-SL" "Saarland" "Saarland",
        Saxony "DE-SN" "Sachsen" "Saxony",
        SaxonyAnhalt "DE-ST" "Sachsen-Anhalt" "Saxony-Anhalt",
        SchleswigHolstein "DE-SH" "Schleswig-Holstein" "Schleswig-Holstein",
        Thuringia "DE-TH" "Thüringen" "Thuringia",
    }
}

impl FederalState {
    /// The two digits every official key of the state begins with.
    pub fn key(self) -> &'static str {
        match self {
            Self::BadenWuerttemberg => "08",
            Self::Bavaria => "09",
            Self::Berlin => "11",
            Self::Brandenburg => "12",
            Self::Bremen => "04",
            Self::Hamburg => "02",
            Self::Hesse => "06",
            Self::MecklenburgVorpommern => "13",
            Self::LowerSaxony => "03",
            Self::NorthRhineWestphalia => "05",
            Self::RhinelandPalatinate => "07",
            Self::Saarland => "10",
            Self::Saxony => "14",
            Self::SaxonyAnhalt => "15",
            Self::SchleswigHolstein => "01",
            Self::Thuringia => "16",
        }
    }
}
