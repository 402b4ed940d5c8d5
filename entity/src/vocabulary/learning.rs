//! Where people meet and learn.

use super::vocabulary;

vocabulary! {
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
}
