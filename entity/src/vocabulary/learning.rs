//! Vocabularies of events, courses and publications.

use super::vocabulary;

vocabulary! {
    #[doc = "Kind of event"]
    EventKind "event_kind" "Art einer Veranstaltung" {
        RegionalConference "regional_conference" "Regionalkonferenz" "Regional conference",
        Congress "congress" "Kongress" "Congress",
        Workshop "workshop" "Workshop" "Workshop",
        Webinar "webinar" "Webinar" "Webinar",
        Exchange "exchange" "Austausch" "Exchange",
        SiteVisit "site_visit" "Vor-Ort-Besuch" "Site visit",
        Other "other" "Sonstiges" "Other",
    }

    #[doc = "Status of an event"]
    EventStatus "event_status" "Stand einer Veranstaltung" {
        Planned "planned" "Geplant" "Planned",
        Confirmed "confirmed" "Bestätigt" "Confirmed",
        Cancelled "cancelled" "Abgesagt" "Cancelled",
        Held "held" "Hat stattgefunden" "Held",
    }

    #[doc = "Format of a course"]
    CourseFormat "course_format" "Form eines Kurses" {
        OnlineSelfPaced "online_self_paced" "Online, im eigenen Tempo" "Online, self-paced",
        OnlineLive "online_live" "Online, live" "Online, live",
        OnSite "on_site" "Vor Ort" "On site",
        Blended "blended" "Gemischt" "Blended",
    }

    #[doc = "Target group of a course"]
    TargetGroup "target_group" "Zielgruppe" {
        MunicipalStaff "municipal_staff" "Beschäftigte der Kommunen" "Municipal staff",
        Leadership "leadership" "Führungskräfte" "Leadership",
        Politics "politics" "Politik" "Politics",
        Researchers "researchers" "Forschung" "Researchers",
        Citizens "citizens" "Bürgerinnen und Bürger" "Citizens",
    }

    #[doc = "Kind of publication"]
    PublicationKind "publication_kind" "Art einer Publikation" {
        Study "study" "Studie" "Study",
        Guide "guide" "Leitfaden" "Guide",
        Report "report" "Bericht" "Report",
        Strategy "strategy" "Strategie" "Strategy",
        Charter "charter" "Charta" "Charter",
        Standard "standard" "Norm" "Standard",
        Article "article" "Artikel" "Article",
    }
}
